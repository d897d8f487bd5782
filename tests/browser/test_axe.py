"""Every page people meet, in light and dark and from right to left: nothing serious for axe."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from concierge.model import OrderState, Role
from tests.browser.axe import PAGES, Eyes
from tests.browser.client_shop import pay
from tests.browser.demo_house import DemoHouse, demo_house
from tests.browser.phone_day import chromium
from tests.conftest import fresh_database
from tests.payments.sandboxed import ASKS, DECLINED, client_of, fresh
from tests.stories.shop import FAR_AWAY

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
PATIENCE_MS = 30_000
READERS = {"en": ("light", "dark"), "ar": ("light",)}
"""Who looks, and in which colour schemes."""


@pytest.fixture(scope="module")
def seeded(postgres: str, template: str) -> Iterator[str]:
    with fresh_database(postgres, template) as url:
        yield url


@pytest.fixture(scope="module")
async def house(seeded: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DemoHouse]:
    async with demo_house(seeded, tmp_path_factory.mktemp("axe")) as one:
        yield one


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as one:
        yield one


class Walk:
    """Somebody's way through the house, looking at whatever she comes to."""

    def __init__(self, house: DemoHouse, browser: Browser, eyes: Eyes, language: str) -> None:
        self.house, self.browser, self.eyes, self.language = house, browser, eyes, language

    @contextlib.asynccontextmanager
    async def page(self, size: dict[str, int]) -> AsyncGenerator[Page]:
        context = await self.browser.new_context(
            viewport=size,  # pyright: ignore[reportArgumentType]
            locale=self.language,
            reduced_motion="reduce",
            service_workers="block",
        )
        self.eyes.follow(context)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        yield page
        await context.close()

    async def see(self, page: Page, path: str, name: str, *, status: int = 200) -> None:
        answer = await page.goto(self.house.base + path)
        assert answer is not None
        assert answer.status == status, f"{name}: {answer.status}"
        await self.eyes.look(page, name)

    async def in_the_boutique(self) -> None:
        """From the rail to the card, through every turn it can take."""
        async with self.page(PHONE) as page:
            await self.see(page, "/selection", "an empty selection")
            await self.see(page, "/", "the rail")
            await self.see(page, "/?words=silk&sorting=low&least=100", "a narrowed rail")
            await self.see(page, "/?words=xylophone", "an empty rail")
            await page.goto(self.house.base)
            await page.locator(".rail-card").first.click()
            await page.locator("main form button").wait_for()
            await self.eyes.look(page, "a piece")
            await page.locator(".size:has(input:enabled)").first.click()
            await page.locator("main form button").click()
            await page.locator(".notice-ok").wait_for()
            await self.eyes.look(page, "a piece just chosen")
            await self.see(page, "/selection", "a selection")
            await self._the_visit(page)
            order = await self._the_card(page)
            await self.see(page, f"/orders/{order}", "a booked visit")
            await self.see(page, f"/orders/{order}/window", "another hour for a visit")
            await page.goto(f"{self.house.base}/orders/{order}")
            await page.locator("details:has(form[action$=cancellations]) summary").click()
            await self.eyes.look(page, "a booked visit, about to be called off")
            await page.locator("form[action$=cancellations] button").click()
            await page.locator("form[action$=selections]").wait_for()
            await self.eyes.look(page, "a visit called off")
            await self.house.turn(order, OrderState.EXPIRED)
            await self.see(page, f"/orders/{order}", "a place given up")

    async def _the_visit(self, page: Page) -> None:
        await self.see(page, "/visit", "where to come")
        field = page.locator("#address")
        await field.press_sequentially("linnegatn 12")
        await page.get_by_role("option").first.wait_for()
        await self.eyes.look(page, "streets like hers")
        await field.fill(f"{FAR_AWAY} 4")
        await page.locator("button[value=find]").click()
        await page.locator(".notice-warn").wait_for()
        await self.eyes.look(page, "an address we do not drive to")
        await page.locator("button[value=change]").click()
        await field.fill("Linnégatan 12")
        await page.locator("button[value=find]").click()
        await page.locator(".windows").wait_for()
        await self.eyes.look(page, "the windows")
        await page.locator("#name").fill("Lova Holm")
        await page.locator("#email").fill(f"lova-{self.language}@client.test")
        await page.locator("button[value=order]").click()
        await page.get_by_role("alert").wait_for()
        await self.eyes.look(page, "no window chosen")
        await page.locator("button[value=several]").click()
        await page.locator("button[value=one]").wait_for()
        await self.eyes.look(page, "any of several windows")
        await page.locator("button[value=one]").click()
        await page.locator(".window:has(input[type=radio]:enabled)").first.click()
        await self.eyes.look(page, "a chosen window")

    async def _the_card(self, page: Page) -> UUID:
        await page.locator("button[value=order]").click()
        await page.wait_for_url(f"{self.house.sandbox.base}/**")
        card = page.url
        await self.eyes.look(page, "the card page")
        order = await self.house.newest_order()
        await self.see(page, f"/orders/{order}", "a place held while she pays")
        await self.see(page, f"/orders/{order}?card=silent", "a card page that does not answer")
        await page.goto(card)
        await page.locator("form button").first.click()
        await page.locator("[aria-invalid=true]").first.wait_for()
        await self.eyes.look(page, "a card not filled in")
        await pay(page, DECLINED)
        await page.locator("[role=alert]:not(:has(ul))").wait_for()
        await self.eyes.look(page, "a declined card")
        await pay(page, ASKS)
        await page.wait_for_url("**/bank")
        await self.eyes.look(page, "her bank asks")
        await page.locator("button[value=approve]").click()
        await page.wait_for_url(f"{self.house.base}/**")
        await page.goto(card)
        await self.eyes.look(page, "a card page that is done")
        return order

    async def at_the_till(self) -> None:
        """Card pages nobody can pay at any more."""
        async with self.page(PHONE) as page, client_of(self.house.sandbox) as her:
            over = await her.page(locale=self.language)
            await her.gateway.expire_card_page(over.id, key=fresh())
            for url in (over.url, f"{self.house.sandbox.base}/pay/nobody"):
                await page.goto(url)
                await self.eyes.look(page, "a closed card page")

    async def at_her_orders(self) -> None:
        """An order in each of its states, and her own page."""
        async with self.page(PHONE) as page:
            for order, name in (
                (await self.house.order(OrderState.CONFIRMED), "confirmed"),
                (await self.house.order(OrderState.CONFIRMED, promised=False), "flexible"),
                (await self.house.order_on_its_way(), "on its way"),
                (await self.house.order(OrderState.AT_VISIT), "at the door"),
                (await self.house.order(OrderState.SETTLED), "settled"),
            ):
                await self.house.as_client(page.context, order.client_id, self.language)
                await self.see(page, f"/orders/{order.id}", f"an order, {name}")
            await self.see(page, f"/orders/{order.id}/receipt", "a receipt with its VAT")
            await self._have_collected(page, order.id)
            await self.house.turn(order.id, OrderState.RETURNED)
            await self.see(page, f"/orders/{order.id}", "an order, its money to follow")
            await self.house.turn(order.id, OrderState.SETTLED)
            await self.see(page, "/account", "her own page")
            await self.see(page, "/dispatch", "a page that is not for her", status=403)

    async def _have_collected(self, page: Page, order: UUID) -> None:
        """She gives a piece back, has it collected, and calls that off again."""
        await page.goto(f"{self.house.base}/orders/{order}")
        form = page.locator("form[action$=give-backs]")
        if not await form.count():
            await page.locator("form[action$=withdrawals] button").first.click()
        await page.locator("details:has(form[action$=give-backs]) summary").click()
        await form.locator("input[type=checkbox]").first.check()
        await self.eyes.look(page, "an order, some of it given back")
        await form.locator("input[type=checkbox]").first.uncheck()
        await form.locator("button[value=collect]").click()
        await page.locator("#back-wrong").wait_for()
        await self.eyes.look(page, "an order, nothing ticked to give back")
        await form.locator("input[type=checkbox]").first.check()
        await form.locator("button[value=collect]").click()
        await page.locator(".windows").wait_for()
        await page.locator(".window:has(input:enabled)").first.click()
        await self.eyes.look(page, "when we collect")
        await page.locator("button[value=order]").click()
        await page.locator("details:has(form[action$=cancellations]) summary").click()
        await self.eyes.look(page, "a collection")
        await page.locator("form[action$=cancellations] button").click()
        await page.locator("a[href$=collection]").wait_for()
        await self.eyes.look(page, "a collection called off")
        await page.locator("a[href$=collection]").first.click()
        await page.locator(".windows").wait_for()
        await self.eyes.look(page, "another time to collect")
        await self.see(page, f"/orders/{order}", "an order, pieces of it to come back")
        await self._have_inspected()

    async def _have_inspected(self) -> None:
        """At the hub a piece is found not as it was: only then a reason is asked for."""
        async with self.page(PHONE) as page:
            await self.house.as_staff(page.context, Role.DISPATCHER, self.language)
            await page.goto(f"{self.house.base}/dispatch/give-backs")
            piece = page.locator(".inspected").first
            await piece.wait_for()
            await expect(piece.locator(".input")).to_be_hidden()
            await piece.locator("[value=not]").check()
            await expect(piece.locator(".input")).to_be_visible()
            await self.eyes.look(page, "a piece that is not as it was")

    async def at_the_doors(self) -> None:
        """Signing in, the demo's own pages, and a page that is not there."""
        async with self.page(PHONE) as page:
            await self.see(page, "/sign-in", "the clients' door")
            await page.locator("#email").fill("nobody@client.test")
            await page.locator("main form button").click()
            await page.locator("#email").wait_for(state="detached")
            await self.eyes.look(page, "a letter promised")
            await self.see(page, "/sign-in/an-old-link", "a link from a letter")
            await page.locator("main form button").click()
            await page.get_by_role("alert").wait_for()
            await self.eyes.look(page, "a link that is over")
            await self.see(page, "/staff", "the staff's door")
            await page.locator("#email").fill("nobody@house.test")
            await page.locator("#password").fill("not this one")
            await page.locator("form:has(#password) button").first.click()
            await page.get_by_role("alert").wait_for()
            await self.eyes.look(page, "a wrong password")
            await self.see(page, "/demo", "the demo's own page")
            await self.see(page, "/demo/postbox", "the postbox")
            await self.see(page, "/nowhere", "a page that is not there", status=404)

    async def on_the_phone(self) -> None:
        """A concierge's afternoon: her route, and a visit to come, at the door, and over."""
        at_the_door = await self.house.order(OrderState.AT_VISIT, today=True)
        concierge, stops = await self.house.stops_of_carrier(at_the_door)
        async with self.page(PHONE) as page:
            await self.house.as_staff(
                page.context, Role.CONCIERGE, self.language, concierge=concierge
            )
            await page.goto(f"{self.house.base}/field/")
            await self._app(page, "#/", "her route")
            times = await page.locator(".stops .time").all_text_contents()
            clocks = [words.strip()[:5] for words in times]
            assert clocks == sorted(clocks), "Her stops are in the order of their times."
            await self._app(page, "#/me", "her own settings")
            await self._app(page, f"#/visit/{stops[0]}", "a receipt")
            await self._app(page, f"#/visit/{stops[-1]}", "a visit to come")
            await self._app(page, f"#/visit/{at_the_door.id}", "a visit at the door")
            await page.locator(".piece .return").first.click()
            await self._app(page, f"#/visit/{at_the_door.id}", "a piece that goes back")
            await page.locator(".piece .keep").first.click()
            await page.locator(".rest").click()
            await page.locator(f".dock a[href='#/list/{at_the_door.id}']").wait_for()
            await self._app(page, f"#/list/{at_the_door.id}", "the list she confirms")

    async def _app(self, page: Page, place: str, name: str) -> None:
        await page.goto(f"{self.house.base}/field/{place}")
        await page.get_by_role("heading").first.wait_for()
        await self.eyes.look(page, name, anew=True)

    async def at_the_board(self) -> None:
        """A dispatcher's afternoon: the day, a visit and where it could go, her menu."""
        async with self.page(DESK) as page:
            await self.house.as_staff(page.context, Role.DISPATCHER, self.language)
            await page.goto(f"{self.house.base}/dispatch")
            await page.get_by_role("grid").wait_for()
            await self.eyes.look(page, "the board")
            await page.locator(".left .visit").first.click()
            await page.locator(".places").wait_for()
            await self.eyes.look(page, "a visit nobody has")
            await page.locator("[role=grid] .visit").last.click()
            await page.locator(".action[data-first]").click()
            await page.locator(".places").wait_for()
            await self.eyes.look(page, "a visit, and where it could go")
            await page.locator("details.me summary").click()
            await self.eyes.look(page, "the dispatcher's menu")
            await self.see(page, "/dispatch/books", "the trial balance")
            await self.see(page, "/dispatch/give-backs", "what clients bring back")
        await self._what_needs_a_person()

    async def _what_needs_a_person(self) -> None:
        """The cases, one to decide, and what the client is asked, on her phone."""
        order = await self.house.order(OrderState.SETTLED, today=True)
        case = await self.house.disputed_pieces(order.id)
        questioned = await self.house.questioned(order.id)
        async with self.page(PHONE) as page:
            await self.house.as_staff(page.context, Role.DISPATCHER, self.language)
            await self.see(page, "/dispatch/cases", "what needs a person")
            await page.goto(f"{self.house.base}/dispatch/cases/{case}")
            for way in await page.locator("details.call-off").all():
                await way.evaluate("(each) => { each.open = true }")
            await self.eyes.look(page, "a case to decide")
            await self.see(page, f"/dispatch/cases/{questioned}", "a payment her bank questions")
        async with self.page(PHONE) as page:
            await self.house.as_client(page.context, order.client_id, self.language)
            await self.see(page, f"/orders/{order.id}", "what she is asked about a piece")


@pytest.mark.parametrize("language", list(READERS))
async def test_no_page_shuts_anybody_out(
    house: DemoHouse, browser: Browser, language: str
) -> None:
    eyes = Eyes(house.base, READERS[language])
    walk = Walk(house, browser, eyes, language)
    async with asyncio.TaskGroup() as people:
        for way in (
            walk.in_the_boutique, walk.at_the_till, walk.at_her_orders,
            walk.at_the_doors, walk.on_the_phone, walk.at_the_board,
        ):  # fmt: skip
            people.create_task(way())
    assert eyes.faults == [], "\n".join(eyes.faults)
    assert PAGES - eyes.seen == set(), "These pages were not looked at."


async def test_what_would_shut_somebody_out_is_seen(browser: Browser) -> None:
    eyes = Eyes("http://nowhere.test", ("light",))
    page = await browser.new_page()
    await page.set_content("<html lang=en><title>A page</title><button></button></html>")
    await eyes.look(page, "a button without a name")
    assert [fault.partition(" at")[0] for fault in eyes.faults] == [
        "a button without a name, light: critical button-name"
    ]
