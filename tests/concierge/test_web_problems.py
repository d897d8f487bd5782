import io
import json
import sys
from collections.abc import Iterator
from datetime import datetime

import pytest

from concierge.model import Role, refusals
from concierge.model.refusals import Refusal
from concierge.store.engine import open_engine
from concierge.web import health, problems
from concierge.web.logs import set_up_logs

from .web_house import WebHouse

CANARY = "Lova-Canary-Holm"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the house writes down while the test runs."""
    lines = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", lines)
        set_up_logs()
    yield lines
    set_up_logs()


def every_refusal(base: type[Refusal] = Refusal) -> list[type[Refusal]]:
    return [one for kind in base.__subclasses__() for one in (kind, *every_refusal(kind))]


@pytest.mark.parametrize("refusal", every_refusal())
def test_every_refusal_has_a_status_of_the_callers_making(refusal: type[Refusal]) -> None:
    assert 400 <= problems.status_of(refusal) < 500


def test_every_refusal_of_the_model_is_decided_by_name() -> None:
    ours = {one for one in vars(refusals).values() if isinstance(one, type)} - {Refusal}
    assert ours == set(problems.STATUS)


async def test_a_program_is_told_in_problem_json(house: WebHouse) -> None:
    browser = await house.browser()
    answer = await browser.get("/no-such-page", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json() == {
        "type": "urn:concierge:problem:missing",
        "title": "Not here",
        "status": 404,
        "detail": problems.MISSING,
    }


async def test_a_person_is_told_on_a_page_in_her_language(house: WebHouse) -> None:
    browser = await house.browser()
    answer = await browser.get(
        "/no-such-page", headers={"accept": "text/html", "accept-language": "ar"}
    )
    assert answer.status_code == 404
    assert 'dir="rtl"' in answer.text
    assert "ليس هنا" in answer.text
    assert "٤٠٤" in answer.text


async def test_what_does_not_fit_is_named_but_not_repeated(house: WebHouse) -> None:
    browser = await house.browser()
    await browser.page("/sign-in")
    answer = await browser.post(
        "/demo/clock",
        data={"minutes": CANARY, "csrf": browser.csrf},
        headers={"accept": "application/json"},
    )
    assert answer.status_code == 400
    assert answer.json()["fields"][0]["field"] == "minutes"
    assert CANARY not in answer.text


async def test_what_breaks_is_said_plainly_and_logged_without_anybodys_data(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    async def breaks(_: object) -> datetime:
        raise LookupError(f"{CANARY} lives at Linnégatan 12")

    monkeypatch.setattr(health, "now", breaks)
    browser = await house.browser()
    answer = await browser.get(f"/session?name={CANARY}", headers={"accept": "application/json"})
    assert answer.status_code == 500
    assert answer.json()["detail"] == problems.BROKEN
    logged = log.getvalue()
    lines = [json.loads(line) for line in logged.splitlines()]
    broken = next(line for line in lines if line["event"] == "broken")
    assert broken["errors"] == ["LookupError"]
    assert broken["at"]
    assert CANARY not in logged


async def test_a_password_and_a_token_never_reach_the_log(
    house: WebHouse, log: io.StringIO
) -> None:
    account = await house.staff(Role.DISPATCHER)
    browser = await house.browser()
    await browser.sign_in(account.email)
    await browser.page("/sign-in/a-secret-of-a-letter")
    logged = log.getvalue()
    assert '"route": "/sign-in/{token}"' in logged
    for secret in (account.email, "a long enough password", browser.token, "a-secret-of-a-letter"):
        assert secret
        assert secret not in logged


async def test_a_database_that_is_away_is_a_moment_not_a_fault(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = open_engine("postgresql://nobody@127.0.0.1:9/nowhere")
    monkeypatch.setattr(house.app.state.doors, "engine", nowhere)
    browser = await house.browser()
    assert (await browser.get("/health")).status_code == 200
    assert (await browser.get("/ready")).status_code == 503
    browser.cookies.set("visit", "some-token", domain="127.0.0.1")
    answer = await browser.get("/session", headers={"accept": "application/json"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    await nowhere.dispose()
