"""Forms of the client's pages sent empty or wrong come back with the word beside the field."""

import re
from collections.abc import AsyncIterator

import pytest

from tests.payments.sandboxed import Sandbox
from tests.small_house import at

from .plain import Plain, beside
from .shop import HER, Shop, opened_shop


@pytest.fixture
async def shop(database: str, sandbox: Sandbox) -> AsyncIterator[Shop]:
    await sandbox.settle_down(at("09:00"))
    async with opened_shop(database, sandbox) as one:
        yield one


async def test_what_she_leaves_out_on_her_way_to_a_visit_is_said_beside_its_field(
    shop: Shop,
) -> None:
    her = await shop.visitor()
    await her.choose(0)
    plain = Plain(her.browser)
    form = (await plain.open("/visit")).form("/visit")
    page = await plain.press(form, form.button("do", "find"))
    assert beside(page) == "address: Write a street and its number first."
    form = page.form("/visit")
    form.fill(words="Linnégatan 12")
    page = await plain.press(form, form.button("do", "find"))
    form = page.form("/visit")
    page = await plain.press(form, form.button("do", "order"))
    assert page.answer.status_code == 422
    assert "Choose a window first." in page.words
    form = page.form("/visit")
    form.tick("window", next(each.value for each in form.named("window") if each.enabled))
    page = await plain.press(form, form.button("do", "order"))
    assert beside(page).startswith("name: ")
    form = page.form("/visit")
    form.fill(name="Lova Holm", email="lova", phone="")
    page = await plain.press(form, form.button("do", "order"))
    assert beside(page).startswith("email: ")
    form = page.form("/visit")
    assert form.named("name")[0].value == "Lova Holm"
    form.fill(email="lova@client.test", phone="12")
    page = await plain.press(form, form.button("do", "order"))
    assert beside(page).startswith("phone: ")


async def test_what_she_corrects_on_her_own_page_is_refused_beside_its_field(shop: Shop) -> None:
    her = await shop.visitor()
    await her.choose(0)
    assert (await her.order((await her.windows())[0], who=HER)).status_code == 201
    plain = Plain(her.browser)
    form = (await plain.open("/account")).form("/account")
    form.fill(name=" ", alias="L")
    page = await plain.press(form)
    assert beside(page).startswith("name: ")
    form = page.form("/account")
    assert form.named("alias")[0].value == "L", "What she typed stays."
    form.fill(name="Lova", phone="x")
    assert beside(await plain.press(form)).startswith("phone: ")
    form = page.form("/account/preferences")
    page = await plain.press(form)
    assert beside(page).startswith("like-new: ")
    form = page.form("/account/preferences")
    form.fill(words="No wool")
    like = (await plain.press(form)).forms
    correct = next(each for each in like if re.search(r"/preferences/[0-9a-f-]{36}$", each.action))
    correct.fill(words=" ")
    assert beside(await plain.press(correct)).startswith("like-")


async def test_a_search_of_signs_alone_finds_nothing(shop: Shop) -> None:
    nothing = await Plain((await shop.visitor()).browser).open("/?words=%2B%2B%3F%21")
    assert "Nothing on the rail fits that." in nothing.words
