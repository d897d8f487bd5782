"""Staff of a hub act within it: another hub is as good as missing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from concierge.model import Hub, Role
from concierge.web.guards import ACCESS

from .dispatch_day import DAY as MONDAY
from .dispatch_day import DispatchDay, build_dispatch_day
from .web_house import BASE, Browser, WebHouse, opened_house, settings_for

DAY = f"/api/dispatch/days/vasa/{MONDAY}"


@dataclass
class TwoHubs:
    """Vasa with its day, and Göteborg beside it."""

    day: DispatchDay
    web: WebHouse

    async def browser_of(self, role: Role, hub: Hub | None) -> Browser:
        browser = await self.web.browser()
        await browser.sign_in((await self.web.staff(role, hub=hub)).email)
        return browser

    async def move(self, her: Browser) -> int:
        """Give Petit to Sofia; how that was answered."""
        version = (await self.day.read()).version
        answer = await her.post(
            f"{DAY}/moves",
            json={
                "order": str(self.day.orders["Petit"].id),
                "shift": str(self.day.shifts["Sofia Marchetti"].id),
                "version": version,
            },
            headers={"x-csrf-token": her.csrf, "origin": BASE},
        )
        return answer.status_code


@pytest.fixture
async def hubs(database: str) -> AsyncIterator[TwoHubs]:
    async with opened_house(settings_for(database)) as web:
        yield TwoHubs(await build_dispatch_day(web.engine), web)


async def test_a_dispatcher_of_a_hub_changes_its_day_and_no_other(hubs: TwoHubs) -> None:
    elsewhere = await hubs.browser_of(Role.DISPATCHER, hubs.web.hub)
    assert await hubs.move(elsewhere) == 404
    assert await hubs.day.carrier("Petit") != "Sofia Marchetti"
    at_home = await hubs.browser_of(Role.DISPATCHER, hubs.day.hub)
    assert await hubs.move(at_home) == 201
    assert await hubs.day.carrier("Petit") == "Sofia Marchetti"


@pytest.mark.parametrize("role", [Role.HUB, Role.DISPATCHER])
async def test_another_hub_is_as_good_as_missing(hubs: TwoHubs, role: Role) -> None:
    her = await hubs.browser_of(role, hubs.web.hub)
    foreign, none = await her.get(DAY), await her.get(DAY.replace("vasa", "nowhere"))
    assert foreign.status_code == 404
    assert foreign.json() == none.json()
    assert (await her.page("/dispatch?hub=vasa")).status_code == 404
    topic = f"day:{hubs.day.hub.id}:{MONDAY}"
    assert (await her.get("/live", params={"topics": topic})).status_code == 404


async def test_a_dispatcher_of_another_hub_reads_no_record_and_follows_nobody(
    hubs: TwoHubs,
) -> None:
    her = await hubs.browser_of(Role.DISPATCHER, hubs.web.hub)
    order = hubs.day.orders["Petit"].id
    assert (await her.get(f"/api/dispatch/orders/{order}/record")).status_code == 404
    for topic in (f"order:{order}", f"concierge:{hubs.day.concierges['Sofia Marchetti'].id}"):
        assert (await her.get("/live", params={"topics": topic})).status_code == 404


@pytest.mark.parametrize(
    ("door", "body"),
    [
        ("/setbacks", {"kind": "ill", "shift": "{shift}"}),
        ("/closed-doors", {"order": "{order}"}),
        ("/setbacks/{order}/choice", {}),
        ("/setbacks/{order}/weighings", {}),
        ("/cancellations", {"order": "{order}"}),
        (
            "/windows",
            {"order": "{order}", "opens": f"{MONDAY}T17:00:00Z", "closes": f"{MONDAY}T18:00:00Z"},
        ),
    ],
)
async def test_a_dispatcher_of_another_hub_says_nothing_of_what_went_wrong_here(
    hubs: TwoHubs, door: str, body: dict[str, str]
) -> None:
    """Neither at our hub's door, nor at her own with our rows."""
    her = await hubs.browser_of(Role.DISPATCHER, hubs.web.hub)
    order, shift = hubs.day.orders["Petit"].id, hubs.day.shifts["Sofia Marchetti"].id
    carrier = await hubs.day.carrier("Petit")
    for day in (DAY, DAY.replace("vasa", hubs.web.hub.slug)):
        given = {name: value.format(order=order, shift=shift) for name, value in body.items()}
        version = (await hubs.day.read()).version if day is DAY else 0
        answer = await her.post(
            day + door.format(order=order),
            json={**given, "version": version},
            headers={"x-csrf-token": her.csrf, "origin": BASE},
        )
        assert answer.status_code == 404, answer.text
    assert await hubs.day.carrier("Petit") == carrier


async def test_a_board_offers_the_hubs_that_are_hers(hubs: TwoHubs) -> None:
    at_home = await hubs.browser_of(Role.DISPATCHER, hubs.day.hub)
    assert [hub["slug"] for hub in (await at_home.get(DAY)).json()["hubs"]] == ["vasa"]
    everywhere = await hubs.browser_of(Role.DISPATCHER, None)
    offered = {hub["slug"] for hub in (await everywhere.get(DAY)).json()["hubs"]}
    assert offered == {"vasa", hubs.web.hub.slug}


async def test_the_owner_acts_everywhere(hubs: TwoHubs) -> None:
    owner = await hubs.browser_of(Role.OWNER, hubs.web.hub)
    assert await hubs.move(owner) == 201


def test_every_route_of_a_hubs_day_names_the_hub_in_its_path() -> None:
    """The guard reads it there."""
    staff_only = [row for row in ACCESS if "/api/dispatch/" in row]
    by_row = ("/orders/{order_id}/", "/give-backs")  # they look at the row's own hub
    assert all("/days/{hub}/" in row or any(each in row for each in by_row) for row in staff_only)
