"""`python -m concierge story`: one order from browsing to receipt, by the house's doors alone."""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from uuid_utils.compat import uuid7

import payments
from concierge.model import MOST_PIECES

from .ports import LOOPBACK, PAGES
from .progress import say
from .running import address
from .state import state
from .story_people import Browser, Refused, what_the_sandbox_says

NAMES = ("Lova Holm", "Signe Ek", "Nour Haddad", "Ella Brandt", "Maja Lind", "Ingrid Falk")
STREETS = ("linnegatn", "vasagatan", "sodra vagen", "aschebergsgat", "kungsgatan", "avenyn")
FREE = {"free", "last"}
NEAR = timedelta(days=2)
PIECES = 3
TRIES = 24
SETTLES_WITHIN_S = 60.0


def main(words: Sequence[str]) -> int:
    """Tell the story; 0 only if everybody agrees how it ended."""
    parser = argparse.ArgumentParser(prog="python -m concierge story", description=__doc__)
    parser.add_argument(
        "--keep", type=_how_many, default=1, help="none, all, or how many pieces she keeps"
    )
    parser.add_argument("--seed", type=int, default=1, help="chooses her, her pieces, her window")
    parser.add_argument("--url", help="of a demo that this folder has not started")
    asked = parser.parse_args(words)
    url = str(asked.url or address(state()) or f"http://{LOOPBACK}:{PAGES}")
    story = Story(url.rstrip("/"), random.Random(asked.seed), asked.keep)  # noqa: S311
    try:
        return story.tell()
    except Refused as no:
        say(f"\nThe house said no ({no.status}): {no}")
    except httpx.TransportError as silence:
        sys.stderr.write(
            f"Nobody answers at {url}: {silence}. Start `make demo` in this folder and wait until "
            "it says that it is open, or name another demo with --url.\n"
        )
    return 1


def _how_many(word: str) -> int:
    """How many pieces she keeps: of three, or of as many as that."""
    count = {"none": 0, "all": PIECES}.get(word)
    if count is None:
        count = int(word)
    if not 0 <= count <= MOST_PIECES:
        raise argparse.ArgumentTypeError(f"one visit brings at most {MOST_PIECES} pieces")
    return count


@dataclass
class Story:
    """One order's story, told as it happens."""

    url: str
    chance: random.Random
    keep: int
    began: float = field(default_factory=time.monotonic)

    @property
    def tries_on(self) -> int:
        """How many pieces she asks for."""
        return max(PIECES, self.keep)

    def tell(self) -> int:
        """From browsing to receipt; 0 when house, sandbox and plan agree."""
        name = self.chance.choice(NAMES)
        with Browser(self.url) as her:
            order, page = self._order(her, name)
            self._pay(her, order, page, name)
            with Browser(self.url) as dispatcher:
                dispatcher.sign_in_as(dispatcher.staff()["dispatcher"][0])
                planned = self._record(dispatcher, order["id"])
                self.say(f"Planned for {planned['concierge']}. {planned['plan_words']}")
                due = self._visit(order["id"], planned["concierge"])
                settled = self._settled(her, order["id"])
                self._receipt(settled)
                record = self._record(dispatcher, order["id"])
        self._ledger(record)
        said = what_the_sandbox_says(page, order["id"])
        faults = list(disagreements(record, said, due))
        for fault in faults:
            say(f"  WRONG: {fault}")
        if not faults:
            say("\nHouse, sandbox and plan agree.")
        return 1 if faults else 0

    def say(self, words: str) -> None:
        """One line of the timeline."""
        say(f"{time.monotonic() - self.began:7.2f} s  {words}")

    def _order(self, her: Browser, name: str) -> tuple[dict[str, Any], str]:
        """She browses, gives her address and asks for a window; the order and its card page."""
        wish, windows = self._choose(her)
        window = self.chance.choice(windows)
        self.say(f"{len(windows)} near windows are free; she takes {_spoken(window)}")
        who = {"name": name, "email": f"story-{uuid7().hex}@example.com", "language": "en"}
        wanted = {"opens": window["opens"], "closes": window["closes"]}
        taken = her.ask("POST", "/api/orders", {"windows": [wanted], "who": who, **wish})
        her.csrf = taken["csrf"]
        order, page = taken["order"], taken["card_page"]
        self.say(f"Order {order['reference']}: place and pieces are hers while she pays")
        if page is None:
            raise Refused(503, "The payments provider is silent; her place is kept.")
        return order, page

    def _choose(self, her: Browser) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Pieces one hub has and can bring her within days: how she orders, and those windows."""
        shelf = her.ask("GET", "/api/pieces")
        self.say(f"She browses {shelf['total']} styles")
        street = f"{self.chance.choice(STREETS)} 12"
        found = her.ask("POST", "/api/address-searches", {"words": street})
        address = {"line": found[0]["line"], "detail": "Third floor", "access": "Knock twice."}
        until = datetime.fromisoformat(her.ask("GET", "/session")["now"]) + NEAR
        refusal = Refused(409, "No pieces and window fit together.")
        for _ in range(TRIES):
            chosen = self._gather(her, shelf["pages"])
            try:
                offered = her.ask("POST", "/api/window-searches", {"address": address})
            except Refused as no:
                refusal = no
            else:
                windows = near(offered["days"], until)
                if windows and len(chosen) == self.tries_on:
                    self.say(f"She would like to try {', '.join(chosen.values())}")
                    self.say(f"She lives at {address['line']}; {offered['hub']} comes to her")
                    agreed = offered["fees"]["agreed"] if offered["fees"] else ""
                    return {"address": address, "fees": agreed}, windows
            for variant in chosen:
                her.ask("DELETE", f"/api/selection/{variant}")
        raise refusal

    def _gather(self, her: Browser, pages: int) -> dict[str, str]:
        """Put variants that travel into her selection, from one page: their names by id."""
        shelf = her.ask("GET", "/api/pieces", page=str(self.chance.randint(1, pages)))
        chosen: dict[str, str] = {}
        for card in self.chance.sample(shelf["cards"], len(shelf["cards"])):
            style = her.ask("GET", f"/api/pieces/{card['slug']}")
            sizes = [s for colour in style["colours"] for s in colour["sizes"] if s["pieces"] > 0]
            if sizes:
                size = self.chance.choice(sizes)
                her.ask("PUT", f"/api/selection/{size['variant']}")
                chosen[size["variant"]] = f"{style['name']} ({size['size']})"
            if len(chosen) == self.tries_on:
                break
        return chosen

    def _pay(self, her: Browser, order: dict[str, Any], page: str, name: str) -> None:
        her.pay(page, name)
        shown = her.ask("GET", f"/api/orders/{order['id']}")
        self.say(f"{_money(shown['money']['held'])} are set aside; the order is {shown['state']}")

    def _record(self, dispatcher: Browser, order_id: str) -> dict[str, Any]:
        found: dict[str, Any] = dispatcher.ask("GET", f"/api/dispatch/orders/{order_id}/record")
        return found

    def _visit(self, order_id: str, concierge: str) -> int:
        """The concierge goes, she tries, the list is confirmed: what is due, in minor units."""
        with Browser(self.url) as phone:
            phone.sign_in_as(concierge)
            visit = phone.ask("GET", f"/api/field/visits/{order_id}")
            at = phone.ask("GET", "/api/field/route")["now"]
            for step in ("en_route", "arrived", "trying"):
                self._step(phone, order_id, step, at)
            self.say(f"{concierge} is with her")
            pieces = sorted(visit["pieces"], key=lambda piece: piece["tag"])
            kept, returned = pieces[: self.keep], pieces[self.keep :]
            verdicts = [{"piece": each["id"], "verdict": "kept"} for each in kept]
            verdicts += [
                {
                    "piece": each["id"],
                    "verdict": "returned",
                    "reason": "too_small",
                    "condition": "as_new",
                }
                for each in returned
            ]
            confirmed = {"verdicts": verdicts, "confirmed_at": at}
            door = f"/api/field/visits/{order_id}/returns/{uuid7()}"
            phone.ask("PUT", door, confirmed)
            phone.ask("PUT", door, confirmed)
            self.say(f"She keeps {len(kept)}, {len(returned)} go back; the list was sent twice")
            self._step(phone, order_id, "finished", at)
        return sum(piece["price"]["minor"] for piece in kept)

    def _step(self, phone: Browser, order_id: str, step: str, at: str) -> None:
        phone.ask(
            "PUT",
            f"/api/field/visits/{order_id}/steps/{uuid7()}",
            {"step": step, "at": at},
        )

    def _settled(self, her: Browser, order_id: str) -> dict[str, Any]:
        """Wait, as she would at the door, until the money has followed."""
        since = time.monotonic()
        while time.monotonic() - since < SETTLES_WITHIN_S:
            shown: dict[str, Any] = her.ask("GET", f"/api/orders/{order_id}")
            if shown["state"] == "settled":
                self.say(f"Settled {time.monotonic() - since:.2f} s after the list was confirmed")
                return shown
            time.sleep(0.1)
        raise Refused(504, f"Nothing was settled within {SETTLES_WITHIN_S:.0f} s.")

    def _receipt(self, shown: dict[str, Any]) -> None:
        say("\nReceipt")
        for piece in shown["pieces"]:
            say(f"  {piece['verdict']:<9} {_money(piece['price']):>14}  {piece['style']}")
        money = shown["money"]
        held, charged, released = (_money(money[each]) for each in ("held", "charged", "released"))
        say(f"  held {held}, charged {charged}, released {released}")

    def _ledger(self, record: dict[str, Any]) -> None:
        say("\nLedger")
        for entry in record["ledger"]:
            say(f"  {entry['account']:<18} {_money(entry['amount']):>16}")


def near(days: Sequence[dict[str, Any]], until: datetime) -> list[dict[str, Any]]:
    """The windows that can be promised and whose money is held at once: hers is tried today."""
    free = [w for day in days for w in day["windows"] if w["state"] in FREE]
    return [w for w in free if datetime.fromisoformat(w["opens"]) < until]


def disagreements(record: dict[str, Any], said: dict[str, int], due: int) -> Sequence[str]:
    """Where the house, the sandbox and the plan do not tell the same story."""
    held = sum(hold["amount"]["minor"] for hold in record["holds"])
    wrong: list[str] = []
    if said.get("captured") != due:
        wrong.append(f"the sandbox captured {said.get('captured')}, {due} is due")
    if said.get("held") != 0 or said.get("released") != held - due:
        wrong.append(f"the sandbox released {said.get('released')} of {held - due}")
    for piece in record["pieces"]:
        kept = piece["verdict"] == "kept"
        state, holder = ("sold", "client") if kept else ("returning", "concierge")
        if piece["state"] != state or not piece["holder"].startswith(holder):
            wrong.append(f"{piece['tag']} is {piece['state']} with {piece['holder']}")
    if record["out_of_balance"]:
        wrong.append(f"the ledger is off by {record['out_of_balance']}")
    wrong += [f"the plan breaks a rule: {words}" for words in record["broken_rules"]]
    return wrong


def _money(amount: dict[str, Any]) -> str:
    money = payments.Money(amount["minor"], amount["currency"])
    return f"{money.minor / 10**money.exponent:,.{money.exponent}f} {money.currency}"


def _spoken(window: dict[str, Any]) -> str:
    opens, closes = (datetime.fromisoformat(window[end]) for end in ("opens", "closes"))
    return f"{opens:%A %d %B, %H:%M} to {closes:%H:%M}"
