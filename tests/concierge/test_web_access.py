"""Every route, tried as everybody the table does not name."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from litestar.routes import HTTPRoute

from concierge.model import Role
from concierge.web.guards import ACCESS, row_of

from .web_house import Browser, WebHouse

STAFF = [Role.CONCIERGE, Role.HUB, Role.DISPATCHER, Role.OWNER]


def routes(house: WebHouse) -> dict[str, str]:
    """Every row's route, as a path of that shape; ids in it are nobody's."""
    return {
        row_of(method, route.path_format): a_path(route)
        for route in house.app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method not in {"OPTIONS", "HEAD"}
    }


def a_path(route: HTTPRoute) -> str:
    some = {UUID: str(UUID(int=7)), date: "2026-11-26", int: "7", Path: "some/file"}
    parts = [
        part if isinstance(part, str) else some.get(part.type, "some-name")
        for part in route.path_components
    ]
    return "/" + "/".join(parts)


async def a_browser_as(house: WebHouse, role: Role) -> Browser:
    browser = await house.browser()
    await browser.page("/sign-in")
    if role is Role.CLIENT:
        client = await house.client()
        await browser.send_form(f"/demo/clients/{client.id}/visits")
        await browser.page("/sign-in")
    elif role in STAFF:
        await browser.sign_in((await house.staff(role)).email)
    return browser


async def test_every_route_has_its_row_and_every_row_its_route(house: WebHouse) -> None:
    assert set(routes(house)) == set(ACCESS)


@pytest.mark.parametrize("role", list(Role))
async def test_what_the_table_does_not_give_is_refused(house: WebHouse, role: Role) -> None:
    browser = await a_browser_as(house, role)
    let_through: list[str] = []
    for row, path in routes(house).items():
        if role in ACCESS[row]:
            continue
        method = row.partition(" ")[0]
        answer = await browser.request(
            method,
            path,
            headers={"accept": "application/json", "x-csrf-token": browser.csrf},
        )
        expected = "sign_in_needed" if role is Role.VISITOR else "not_allowed"
        if not answer.text.startswith('{"type":"urn:concierge:problem:' + expected):
            let_through.append(f"{row}: {answer.status_code} {answer.text[:80]}")
    assert let_through == []


async def test_a_route_outside_the_table_serves_nobody(
    house: WebHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    for role in (Role.VISITOR, Role.OWNER):
        browser = await a_browser_as(house, role)
        with monkeypatch.context() as table:
            table.delitem(ACCESS, "GET /staff")
            answer = await browser.get("/staff", headers={"accept": "application/json"})
        assert answer.status_code == 403


async def test_a_visitor_is_led_to_the_right_door_and_back(house: WebHouse) -> None:
    browser = await house.browser()
    answer = await browser.page("/dispatch")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/staff?next=%2Fdispatch"
