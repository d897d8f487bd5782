"""Who a story is about: a client with a card, a concierge, a dispatcher; each has a browser."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from html import unescape
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

GOOD_CARD = {"number": "4242 4242 4242 4242", "expiry": "12 / 49", "cvc": "123"}
STAFF = re.compile(
    r"<bdi>(?P<name>[^<]+)</bdi>\s*<span[^>]*>(?P<role>[^<]+)</span>.*?"
    r"name=\"email\" value=\"(?P<email>[^\"]+)\".*?"
    r"name=\"password\" value=\"(?P<password>[^\"]+)\"",
    re.DOTALL,
)
"""How the demo's staff door lists its made-up people."""


class Refused(Exception):
    """The house said no. `status` is HTTP's; the message is the house's own sentence."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


@dataclass
class Browser:
    """A browser at the house: cookies, the CSRF token, and answers as JSON or refusals."""

    url: str
    http: httpx.Client = field(init=False)
    csrf: str = ""

    def __enter__(self) -> Self:
        self.http = httpx.Client(base_url=self.url, timeout=60)
        self.csrf = self.ask("GET", "/session")["csrf"]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    def ask(self, method: str, path: str, body: object = None, **query: str) -> Any:
        """One question to the house, and its answer.

        Raises:
            Refused: with the house's sentence.
        """
        answer = self.http.request(
            method, path, json=body, params=query or None,
            headers={"x-csrf-token": self.csrf, "origin": self.url},
        )  # fmt: skip
        if answer.is_success:
            return answer.json() if answer.content else None
        raise Refused(answer.status_code, _sentence(answer))

    def sign_in_as(self, name: str) -> None:
        """Come in by the staff door as one of the demo's made-up people.

        Raises:
            Refused: nobody of that name is listed there, as in a house that is no demo, or she is
                not let in, as after too many tries.
        """
        person = next((one for one in self._staff_door() if unescape(one["name"]) == name), None)
        if person is None:
            raise Refused(404, f"{name} is not at the staff door; is this a demo house?")
        form = {"email": person["email"], "password": person["password"], "csrf": self.csrf}
        answer = self.http.post("/staff", data=form, headers={"origin": self.url})
        if answer.is_error:
            raise Refused(answer.status_code, f"{name} was not let in at the staff door.")
        self.csrf = self.ask("GET", "/session")["csrf"]

    def staff(self) -> dict[str, list[str]]:
        """Everybody at the demo's staff door, by role."""
        found: dict[str, list[str]] = defaultdict(list)
        for one in self._staff_door():
            found[one["role"]].append(unescape(one["name"]))
        return found

    def _staff_door(self) -> list[re.Match[str]]:
        page = self.http.get("/staff", headers={"accept": "text/html"}).text
        return list(STAFF.finditer(page))

    def pay(self, page: str, name: str) -> str:
        """Give a card on the hosted page and come back; where she lands.

        Raises:
            Refused: the card was not taken.
        """
        self.http.get(page).raise_for_status()
        sent = self.http.post(page, data={**GOOD_CARD, "name": name})
        leads_to = sent.headers.get("location", "")
        if not leads_to.startswith(self.url):
            raise Refused(sent.status_code, "The card page did not lead back to the house.")
        self.http.get(leads_to, follow_redirects=True, headers={"accept": "text/html"})
        return str(leads_to)


def what_the_sandbox_says(page: str, order: str) -> dict[str, int]:
    """The money of one order as the payments sandbox itself counts it, in minor units."""
    address = urlsplit(page)
    totals = httpx.get(
        f"{address.scheme}://{address.netloc}/_sandbox/totals", params={"order": order}, timeout=30
    )
    totals.raise_for_status()
    return dict(totals.json()["orders"].get(order, {}))


def _sentence(answer: httpx.Response) -> str:
    if "json" in answer.headers.get("content-type", ""):
        problem = answer.json()
        return str(problem.get("detail") or problem.get("title") or problem)
    return f"{answer.status_code} {answer.reason_phrase}"
