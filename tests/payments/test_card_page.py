"""The card page, as she meets it: plain forms, no JavaScript."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from markupsafe import escape

import payments
from payments.sandbox.cards import CARDS
from payments.sandbox.words import LANGUAGES

from .sandboxed import (
    AMEX,
    ASKS,
    ASKS_ALWAYS,
    ASKS_NO_FUNDS,
    DECLINED,
    EXPIRED,
    FAILS_LATER,
    MASTERCARD,
    NO_FUNDS,
    OK,
    Client,
    Sandbox,
    alert,
    fresh,
    sek,
)


@pytest.mark.parametrize("number", [OK, MASTERCARD, AMEX, "4242 4242 4242 4242"])
async def test_a_good_card_is_held_and_she_returns_to_the_house(
    client: Client, number: str
) -> None:
    page = await client.page(1_840_000)

    sent = await client.give(page, number)

    assert sent.status_code == 303
    assert sent.headers["location"] == f"http://127.0.0.1:9/done?page={page.id}"
    state = await client.gateway.fetch_card_page(page.id)
    assert state.status is payments.CardPageStatus.COMPLETE
    assert state.hold is not None
    assert state.hold.state is payments.HoldState.HELD
    assert state.hold.amount == sek(1_840_000)
    assert state.hold.order == state.order
    assert state.customer == state.hold.customer
    assert state.payment_method == state.hold.payment_method


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (DECLINED, "Your bank declined this card."),
        (NO_FUNDS, "There is not enough on this card for the hold."),
        (EXPIRED, "Your bank says that this card has expired."),
        (FAILS_LATER, "Your bank declined this card."),
    ],
)
async def test_a_refused_card_leaves_the_page_open_for_another(
    client: Client, number: str, words: str
) -> None:
    page = await client.page()

    await client.give(page, number)

    text = await client.read(page)
    assert alert(text) == f"{words} Nothing is held. You can try another card."
    assert "<title>Error:" in text
    state = await client.gateway.fetch_card_page(page.id)
    assert state.status is payments.CardPageStatus.OPEN
    assert state.hold is not None
    assert state.hold.state is payments.HoldState.PENDING

    await client.give(page, OK)
    done = await client.gateway.fetch_card_page(page.id)
    assert done.hold is not None
    assert (done.hold.id, done.hold.state) == (state.hold.id, payments.HoldState.HELD)


async def test_her_bank_asks_first_and_she_says_yes(client: Client) -> None:
    page = await client.page()

    sent = await client.give(page, ASKS)

    assert sent.headers["location"] == f"/pay/{page.id}/bank"
    question = (await client.browser.get(f"{page.url}/bank")).text
    assert "Maison Orane asks to hold SEK\xa018,400 on the card ending 3155." in question
    before = await client.gateway.fetch_card_page(page.id)
    assert before.status is payments.CardPageStatus.OPEN

    answered = await client.answer_bank(page, "approve")

    assert answered.headers["location"].endswith(f"/done?page={page.id}")
    hold = (await client.gateway.fetch_card_page(page.id)).hold
    assert hold is not None
    assert hold.state is payments.HoldState.HELD


async def test_her_bank_asks_first_and_she_says_no(client: Client) -> None:
    page = await client.page()
    await client.give(page, ASKS)

    await client.answer_bank(page, "refuse")

    assert alert(await client.read(page)).startswith("You said no to your bank.")
    state = await client.gateway.fetch_card_page(page.id)
    assert state.status is payments.CardPageStatus.OPEN
    assert state.hold is not None
    assert state.hold.state is payments.HoldState.PENDING


async def test_her_bank_asks_and_then_there_is_too_little(client: Client) -> None:
    page = await client.page()
    await client.give(page, ASKS_NO_FUNDS)

    await client.answer_bank(page, "approve")

    assert alert(await client.read(page)).startswith("There is not enough on this card")


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("number", "", "Enter the card number."),
        ("number", "4242 abcd", "The card number has digits only, 12 to 19 of them."),
        ("number", "4242424242424243", "That number is not right"),
        ("number", "4111111111111111", "use one of the test cards, never a real card"),
        ("expiry", "", "Enter when the card expires."),
        ("expiry", "13/30", "Write the expiry as month and year"),
        ("expiry", "12/20", "This card has expired."),
        ("expiry", "12/99", "That year is too far away."),
        ("cvc", "", "Enter the security code."),
        ("cvc", "12", "The security code has 3 digits."),
        ("cvc", "1234", "The security code has 3 digits."),
        ("name", " ", "Enter the name on the card."),
    ],
)
async def test_a_wrong_field_is_told_beside_the_field(
    client: Client, field: str, typed: str, words: str
) -> None:
    page = await client.page()

    answer = await client.give(page, OK, **{field: typed})

    assert answer.status_code == 422
    assert words in alert(answer.text)
    told = re.search(rf'id="{field}-wrong">.*?</svg>(.*?)</p>', answer.text)
    assert told is not None
    assert words in told[1]
    asked = re.search(rf'<input id="{field}"[^>]*>', answer.text)
    assert asked is not None
    assert f'aria-describedby="{field}-wrong' in asked[0]
    assert 'aria-invalid="true"' in asked[0]
    assert " autofocus" in asked[0]
    assert (await client.gateway.fetch_card_page(page.id)).hold is None


async def test_a_card_is_good_to_the_end_of_its_last_month(client: Client) -> None:
    now = await client.sandbox.now()
    page = await client.page()

    sent = await client.give(page, OK, expiry=f"{now.month:02d}/{now.year % 100:02d}")

    assert sent.status_code == 303


async def test_a_number_that_may_be_a_real_card_is_not_sent_back(client: Client) -> None:
    page = await client.page()

    assert "4111111111111111" not in (await client.give(page, "4111111111111111")).text
    kept = await client.give(page, OK, cvc="9")
    assert f'value="{OK}"' in kept.text
    assert 'value="9"' not in kept.text


async def test_a_client_without_an_email_is_asked_for_it(client: Client) -> None:
    page = await client.page(email=None)

    refused = await client.give(page, OK)
    sent = await client.give(page, OK, email="new@example.com")

    assert "Enter an email address" in alert(refused.text)
    assert sent.status_code == 303


async def test_a_client_who_came_before_keeps_her_name_at_the_provider(client: Client) -> None:
    first = await client.held()

    page = await client.page(email=None, customer=first.customer)
    await client.give(page, OK)

    assert (await client.gateway.fetch_card_page(page.id)).customer == first.customer


async def test_the_page_says_what_is_held_and_that_nothing_is_charged(client: Client) -> None:
    page = await client.page(
        1_840_050,
        note="Your concierge charges only what you keep.",
        lines=[
            payments.CardLine("Double coat", sek(1_240_000), "Camel, 38"),
            payments.CardLine("Silk blouse <i>", sek(600_050)),
        ],
    )

    text = await client.read(page)

    assert "Sandbox: no card is charged and no money moves." in text
    assert "Held, not charged." in text
    assert "Hold SEK\xa018,400.50" in text
    assert "SEK\xa012,400</dd>" in text
    assert "Silk blouse &lt;i&gt;" in text
    assert "Your concierge charges only what you keep." in text
    assert 'href="http://127.0.0.1:9/changed-my-mind"' in text


async def test_the_page_speaks_swedish(client: Client) -> None:
    page = await client.page(locale="sv")
    assert "Reservera 18\xa0400\xa0kr" in await client.read(page)

    page = await client.page(locale="auto")
    answer = await client.browser.get(page.url, headers={"Accept-Language": "sv-SE,en;q=0.5"})
    assert '<html lang="sv" dir="ltr">' in answer.text


async def test_test_cards_are_on_the_page_and_fill_themselves_in(client: Client) -> None:
    page = await client.page()
    text = await client.read(page)
    links = re.findall(r'href="(/pay/[^"]*\?card=\w+)#number"', text)
    assert len(links) == len(CARDS)

    for link in links:
        filled = (await client.browser.get(client.sandbox.base + link)).text
        typed = dict(re.findall(r'<input id="(\w+)"[^>]* value="([^"]*)"', filled))
        answer = await client.browser.post((await client.page()).url, data=typed)
        assert answer.status_code == 303


async def test_no_script_runs_on_the_page(client: Client) -> None:
    page = await client.page()

    answer = await client.browser.get(page.url)

    assert "<script" not in answer.text
    assert not re.search(r"\s(on\w+|style)=", answer.text)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert policy.endswith("form-action 'self' http://127.0.0.1:9")
    assert answer.headers["cache-control"] == "no-store"
    assert (await client.browser.get(f"{client.sandbox.base}/pay/pay.css")).status_code == 200


async def test_pressing_the_button_twice_holds_once(client: Client) -> None:
    order = fresh()
    page = await client.page(1_000_000, order)

    await client.give(page, OK)
    again = await client.give(page, OK)

    assert again.status_code == 200
    assert "All done here" in again.text
    assert f'href="http://127.0.0.1:9/done?page={page.id}"' in again.text
    totals = await client.sandbox.look(f"totals?order={order}")
    assert totals["orders"][order]["authorised"] == 1_000_000


async def test_a_page_whose_time_is_over_takes_no_card(client: Client, sandbox: Sandbox) -> None:
    page = await client.page()
    await client.give(page, DECLINED)
    await sandbox.wait(timedelta(minutes=46))

    answer = await client.give(page, OK)

    assert answer.status_code == 410
    assert "This page has closed" in answer.text
    assert 'href="http://127.0.0.1:9/changed-my-mind"' in answer.text
    state = await client.gateway.fetch_card_page(page.id)
    assert state.status is payments.CardPageStatus.EXPIRED
    assert state.hold is not None
    assert state.hold.state is payments.HoldState.RELEASED
    assert not state.hold.ever_held


async def test_a_page_that_closes_while_her_bank_asks_holds_nothing(
    client: Client, sandbox: Sandbox
) -> None:
    page = await client.page()
    await client.give(page, ASKS)
    await sandbox.wait(timedelta(minutes=46))

    answer = await client.answer_bank(page, "approve")

    assert answer.status_code == 410
    hold = (await client.gateway.fetch_card_page(page.id)).hold
    assert hold is not None
    assert hold.state is payments.HoldState.RELEASED


async def test_she_pays_in_the_last_second_and_the_page_cannot_be_closed(client: Client) -> None:
    page = await client.page()
    await client.give(page, OK)

    with pytest.raises(payments.WrongState):
        await client.gateway.expire_card_page(page.id, key=fresh())
    hold = (await client.gateway.fetch_card_page(page.id)).hold
    assert hold is not None
    assert hold.state is payments.HoldState.HELD


async def test_a_page_nobody_opened_is_not_there(client: Client) -> None:
    answer = await client.browser.get(f"{client.sandbox.base}/pay/cs_test_never")

    assert answer.status_code == 404
    assert "There is no such page" in answer.text


async def test_a_card_is_kept_and_nothing_is_held(client: Client) -> None:
    state = await client.kept(OK)

    assert state.status is payments.CardPageStatus.COMPLETE
    assert state.hold is None
    assert state.customer is not None
    assert state.payment_method is not None


async def test_a_card_her_bank_declines_is_not_kept(client: Client) -> None:
    page = await client.save_page()

    await client.give(page, DECLINED)

    assert alert(await client.read(page)).startswith("Your bank declined this card.")
    assert (await client.gateway.fetch_card_page(page.id)).payment_method is None


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (OK, None),
        (ASKS, None),
        (ASKS_ALWAYS, "authentication_required"),
        (FAILS_LATER, "generic_decline"),
        (ASKS_NO_FUNDS, "insufficient_funds"),
    ],
)
async def test_a_kept_card_is_held_later_without_her_or_says_why_not(
    client: Client, number: str, code: str | None
) -> None:
    state = await client.kept(number)
    assert state.customer is not None
    assert state.payment_method is not None
    order = fresh()

    async def hold_later() -> payments.Hold:
        assert state.customer is not None
        assert state.payment_method is not None
        return await client.gateway.hold_off_session(
            amount=sek(500_000),
            order=order,
            op=f"{order}:authorise:1",
            key=f"{order}:authorise:1:1",
            customer=state.customer,
            payment_method=state.payment_method,
            description="Home visit",
        )

    if code is None:
        assert (await hold_later()).state is payments.HoldState.HELD
        return
    with pytest.raises(payments.Declined) as refusal:
        await hold_later()
    assert refusal.value.code == code
    assert refusal.value.advice is not None
    pending = await client.gateway.find_hold(f"{order}:authorise:1", customer=state.customer)
    assert pending is not None
    assert pending.state is payments.HoldState.PENDING


async def test_the_page_wears_the_house_s_type_when_there_is_some(
    client: Client, tmp_path: Path
) -> None:
    face = "hanken-grotesk-latin-wght-normal"
    (tmp_path / f"{face}-abc.woff2").write_bytes(b"wOF2 type")
    (tmp_path / "secret-abc.woff2").write_bytes(b"wOF2 not ours")
    dressed = Sandbox(tmp_path, ("--fonts", str(tmp_path)))
    await dressed.start()
    try:
        for base, name, status in (
            (dressed.base, face, 200),
            (dressed.base, "secret", 404),
            (client.sandbox.base, face, 404),
        ):
            answer = await client.browser.get(f"{base}/pay/fonts/{name}.woff2")
            assert answer.status_code == status
    finally:
        dressed.stop()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_language_says_the_same_and_is_laid_out_its_way(
    client: Client, language: str
) -> None:
    page = await client.page(locale="auto")
    spoken = {"Accept-Language": language}
    text = (await client.browser.get(page.url, headers=spoken)).text
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in text
    said = LANGUAGES[language]
    assert escape(said["sandbox"]) in text
    assert all(escape(said[card.word]) in text for card in CARDS)
    for word, english in LANGUAGES["en"].items():
        assert set(re.findall(r"{\w+}", said[word])) == set(re.findall(r"{\w+}", english)), word
