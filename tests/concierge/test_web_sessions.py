import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from concierge.desk.visits import hash_of
from concierge.model import Client, Message, Role, Selection, SignInLink, WebSession
from concierge.model.account import SAME_ASKING
from concierge.model.web_session import CLIENT_IDLE, CLIENT_LASTS, STAFF_IDLE, STAFF_LASTS
from concierge.store.clock import wall

from .web_house import BASE, PASSWORD, Browser, WebHouse, opened_house, settings_for


async def role_of(browser: Browser) -> str:
    return (await browser.get("/session")).json()["role"]


async def test_a_page_with_a_form_begins_a_visit_that_we_know_only_by_its_hash(
    house: WebHouse,
) -> None:
    browser = await house.browser()
    answer = await browser.page("/sign-in")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    async with house.session() as session:
        kept = (await session.exec(select(WebSession.token_hash))).all()
    assert hash_of(browser.token) in kept
    assert browser.token not in kept


async def test_a_second_page_goes_on_with_the_same_visit(house: WebHouse) -> None:
    browser = await house.browser()
    await browser.page("/sign-in")
    again = await browser.page("/staff")
    assert "set-cookie" not in again.headers


async def test_over_tls_the_cookie_is_secure_and_bound_to_this_host(database: str) -> None:
    async with opened_house(settings_for(database, base_url="https://orane.test")) as house:
        browser = await house.browser()
        answer = await browser.get("https://orane.test/sign-in")
        assert answer.headers["set-cookie"].startswith("__Host-visit=")
        assert "Secure" in answer.headers["set-cookie"]
        assert "Domain" not in answer.headers["set-cookie"]
        assert answer.headers["strict-transport-security"]


async def test_a_token_we_never_gave_is_not_adopted(house: WebHouse) -> None:
    browser = await house.browser()
    browser.cookies.set("visit", "chosen-by-somebody-else", domain="127.0.0.1")
    answer = await browser.page("/sign-in")
    assert "chosen-by-somebody-else" not in answer.headers["set-cookie"]
    async with house.session() as session:
        planted = hash_of("chosen-by-somebody-else")
        found = await session.exec(select(WebSession).where(WebSession.token_hash == planted))
        assert found.first() is None


async def test_a_visit_planted_in_a_browser_is_worth_nothing_once_she_signed_in(
    house: WebHouse,
) -> None:
    account = await house.staff(Role.DISPATCHER)
    attacker, victim = await house.browser(), await house.browser()
    await attacker.page("/sign-in")
    victim.cookies.set("visit", attacker.token, domain="127.0.0.1")
    await victim.sign_in(account.email)
    assert await role_of(victim) == "dispatcher"
    assert await role_of(attacker) == "visitor"
    assert attacker.token != victim.cookies.get("visit", domain="127.0.0.1")


async def test_signing_in_changes_the_token_and_ends_the_visit_before(house: WebHouse) -> None:
    account = await house.staff(Role.DISPATCHER)
    browser = await house.browser()
    await browser.page("/staff")
    before = browser.token
    answer = await browser.send_form(
        "/staff", email=f" {account.email.title()} ", password=PASSWORD, next="/staff"
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/staff"
    assert browser.token not in {None, before}
    async with house.session() as session:
        old = select(WebSession).where(WebSession.token_hash == hash_of(before))
        assert (await session.exec(old)).one().ended_at is not None


async def test_signing_out_ends_the_visit_for_every_copy_of_its_token(house: WebHouse) -> None:
    account = await house.staff(Role.DISPATCHER)
    browser, copy = await house.browser(), await house.browser()
    await browser.sign_in(account.email)
    copy.cookies.set("visit", browser.token, domain="127.0.0.1")
    assert await role_of(copy) == "dispatcher"
    answer = await browser.send_form("/sign-out")
    assert answer.headers["location"] == "/staff"
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert await role_of(copy) == "visitor"


async def test_a_closed_account_is_out_at_once(house: WebHouse) -> None:
    account = await house.staff(Role.DISPATCHER)
    browser = await house.browser()
    await browser.sign_in(account.email)
    account.active = False
    await house.add(account)
    assert await role_of(browser) == "visitor"


@pytest.mark.parametrize(
    ("staff", "idle", "lasts"),
    [(True, STAFF_IDLE, STAFF_LASTS), (False, CLIENT_IDLE, CLIENT_LASTS)],
)
def test_a_visit_ends_when_left_idle_and_after_its_longest_life(
    *, staff: bool, idle: timedelta, lasts: timedelta
) -> None:
    now = wall()
    a_little = timedelta(seconds=1)

    def visit(*, seen: timedelta, created: timedelta) -> WebSession:
        return WebSession(
            token_hash="x",
            account_id=UUID(int=1) if staff else None,
            seen_at=now - seen,
            created_at=now - created,
        )

    assert visit(seen=idle, created=lasts).alive(now)
    assert not visit(seen=idle + a_little, created=idle + a_little).alive(now)
    assert not visit(seen=timedelta(0), created=lasts + a_little).alive(now)


async def test_an_idle_visit_is_not_recognised(house: WebHouse) -> None:
    account = await house.staff(Role.DISPATCHER)
    browser = await house.browser()
    await browser.sign_in(account.email)
    async with house.session() as session:
        mine = select(WebSession).where(WebSession.token_hash == hash_of(browser.token))
        visit = (await session.exec(mine)).one()
        visit.seen_at = wall() - STAFF_IDLE - timedelta(seconds=1)
        session.add(visit)
    assert await role_of(browser) == "visitor"


async def test_a_wrong_password_and_an_unknown_account_are_told_alike(house: WebHouse) -> None:
    account = await house.staff(Role.DISPATCHER)
    closed = await house.staff(Role.OWNER, active=False)
    browser = await house.browser()
    await browser.page("/staff")
    answers = [
        await browser.send_form("/staff", email=email, password=password)
        for email, password in [
            (account.email, "wrong"),
            ("nobody@house.test", PASSWORD),
            (closed.email, PASSWORD),
        ]
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    said = {answer.text.partition('role="alert">')[2].partition("</p>")[0] for answer in answers}
    assert len(said) == 1
    assert "do not go together" in said.pop()


async def test_the_eleventh_try_for_an_account_must_wait_even_with_the_right_password(
    house: WebHouse,
) -> None:
    account = await house.staff(Role.DISPATCHER)
    browser = await house.browser()
    await browser.page("/staff")
    for _ in range(10):
        await browser.send_form("/staff", email=account.email, password="wrong")
    answer = await browser.send_form("/staff", email=account.email, password=PASSWORD)
    assert answer.status_code == 429
    assert await role_of(browser) == "visitor"


async def test_an_office_that_signs_in_all_day_is_never_made_to_wait(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concierge.desk.sign_in.MOST_TRIES_PER_ADDRESS", 2)
    account = await house.staff(Role.DISPATCHER)
    for _ in range(4):
        browser = await house.browser()
        await browser.page("/staff")
        answer = await browser.send_form("/staff", email=account.email, password=PASSWORD)
        assert answer.status_code == 303
    browser = await house.browser()
    await browser.page("/staff")
    for email in ("a@guess.test", "b@guess.test"):
        await browser.send_form("/staff", email=email, password="wrong")
    answer = await browser.send_form("/staff", email=account.email, password=PASSWORD)
    assert answer.status_code == 429, "guesses from this address still count"


async def test_a_client_follows_the_link_in_her_letter_once(house: WebHouse) -> None:
    client = await house.client()
    browser = await house.browser()
    await browser.page("/sign-in")
    answer = await browser.send_form("/sign-in", email=client.email.title(), next="/staff")
    assert answer.status_code == 200
    assert "Look in your mail" in answer.text
    async with house.session() as session:
        letters = await session.exec(select(Message).where(Message.client_id == client.id))
        letter = letters.one()
    assert letter.email == client.email
    path = next(line for line in letter.body.splitlines() if line.startswith(BASE))
    path = path.removeprefix(BASE)

    assert "One press" in (await browser.page(path)).text
    assert await role_of(browser) == "visitor", "opening the page is not following the link"
    before = browser.token
    answer = await browser.send_form(path)
    assert answer.headers["location"] == "/staff"
    assert browser.token != before
    assert await role_of(browser) == "client"

    other = await house.browser()
    await other.page(path)
    assert (await other.send_form(path)).status_code == 403
    assert await role_of(other) == "visitor"


async def test_a_link_asked_for_twice_comes_once_and_again_when_it_was_followed_or_is_old(
    house: WebHouse,
) -> None:
    client = await house.client()
    browser = await house.browser()
    await browser.page("/sign-in")
    pressed = await asyncio.gather(
        *(browser.send_form("/sign-in", email=client.email, next="/account") for _ in range(2))
    )
    for answer in pressed:
        assert "a link is on its way to it" in answer.text
    assert len(await links_of(house, client)) == 1

    async with house.session() as session:
        [link] = await session.exec(select(SignInLink).where(SignInLink.client_id == client.id))
        link.created_at -= SAME_ASKING
    await browser.send_form("/sign-in", email=client.email, next="/account")
    path = (await links_of(house, client))[-1]
    await browser.page(path)
    await browser.send_form(path)
    assert await role_of(browser) == "client"
    await browser.page("/sign-in")
    await browser.send_form("/sign-in", email=client.email, next="/account")
    assert len(await links_of(house, client)) == 3


async def links_of(house: WebHouse, client: Client) -> list[str]:
    """The links she was sent, the oldest first."""
    async with house.session() as session:
        letters = await session.exec(
            select(Message).where(Message.client_id == client.id).order_by(col(Message.id))
        )
        lines = [line for letter in letters for line in letter.body.splitlines()]
    return [line.removeprefix(BASE) for line in lines if line.startswith(BASE)]


async def test_a_stranger_is_told_the_same_and_gets_no_letter(house: WebHouse) -> None:
    browser = await house.browser()
    await browser.page("/sign-in")
    answer = await browser.send_form("/sign-in", email="stranger@client.test")
    assert answer.status_code == 200
    assert "Look in your mail" in answer.text
    async with house.session() as session:
        letters = select(Message).where(Message.email == "stranger@client.test")
        assert (await session.exec(letters)).first() is None


async def test_a_client_keeps_her_selection_when_she_signs_in(house: WebHouse) -> None:
    client = await house.client()
    browser = await house.browser()
    await browser.page("/sign-in")
    selection_id = await a_selection(house, browser.token)
    answer = await browser.send_form(f"/demo/clients/{client.id}/visits")
    assert answer.status_code == 303
    async with house.session() as session:
        mine = select(WebSession).where(col(WebSession.client_id) == client.id)
        assert (await session.exec(mine)).one().selection_id == selection_id


async def a_selection(house: WebHouse, token: str) -> UUID:
    selection = Selection(created_at=wall())
    await house.add(selection)
    async with house.session() as session:
        mine = select(WebSession).where(WebSession.token_hash == hash_of(token))
        visit = (await session.exec(mine)).one()
        visit.selection_id = selection.id
        session.add(visit)
    return selection.id


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.test", "//evil.test", "/\\evil.test", "evil", "/\r\nX: y"]
)
async def test_signing_in_never_leads_to_another_site(house: WebHouse, elsewhere: str) -> None:
    account = await house.staff(Role.DISPATCHER)
    browser = await house.browser()
    await browser.page("/staff")
    answer = await browser.send_form(
        "/staff", email=account.email, password=PASSWORD, next=elsewhere
    )
    assert answer.headers["location"] == "/dispatch"


async def test_outside_a_demo_nobody_is_signed_in_with_one_tap(database: str) -> None:
    async with opened_house(settings_for(database, demo=False)) as house:
        account = await house.staff(Role.DISPATCHER)
        client = await house.client()
        browser = await house.browser()
        door = await browser.page("/staff")
        assert account.email not in door.text
        assert (await browser.page("/demo")).status_code == 404
        answer = await browser.send_form(f"/demo/clients/{client.id}/visits")
        assert answer.status_code == 404
