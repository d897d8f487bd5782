"""A piece is photographed as it goes out and comes back: what is kept, and what is refused."""

from io import BytesIO
from uuid import UUID

import httpx
import pytest
from PIL import Image
from sqlmodel import select

from concierge.model import (
    LARGEST_PHOTOGRAPH,
    MOST_PHOTOGRAPHS,
    Order,
    OrderLine,
    Photograph,
    new_id,
)
from concierge.store.transaction import transaction
from tests.photographs import taken_by_a_camera
from tests.small_house import SmallHouse, at

from .test_returns import BASE, Phone, Phones, lines, phones, visit

__all__ = ["lines", "phones", "visit"]

PICTURE = taken_by_a_camera(640, 480)


async def send(
    phone: Phone, order_id: UUID, piece: UUID, content: bytes = PICTURE, name: UUID | None = None
) -> httpx.Response:
    csrf = (await phone.get("/session")).json()["csrf"]
    return await phone.put(
        f"/api/field/visits/{order_id}/photographs/{name or new_id()}",
        params={"piece": str(piece), "taken": "out", "at": at("14:04").isoformat()},
        content=content,
        headers={"content-type": "image/jpeg", "x-csrf-token": csrf, "origin": BASE},
    )


async def test_a_photograph_is_made_anew_without_its_place_and_kept_once(
    house: SmallHouse, visit: Order, phones: Phones, lines: list[OrderLine]
) -> None:
    name = new_id()
    async with phones as (hers, theirs):
        picture = taken_by_a_camera()
        for _ in range(2):
            kept = await send(hers, visit.id, lines[0].piece_id, picture, name)
            assert kept.status_code == 204, kept.text
        assert (await send(theirs, visit.id, lines[0].piece_id)).status_code == 404
        assert (await send(hers, visit.id, new_id())).status_code == 422
        reused = await send(hers, visit.id, lines[1].piece_id, PICTURE, name)
        assert reused.status_code == 409
        for_colleagues = await hers.get(f"/dispatch/photographs/{name}")
        assert for_colleagues.status_code == 403
    async with transaction(house.engine) as session:
        row = (await session.exec(select(Photograph))).one()
    assert (row.id, row.at) == (name, at("14:04"))
    with Image.open(BytesIO(row.content)) as ours:
        assert ours.size == (1_200, 1_600), "upright, and no side longer than 1,600"
        assert dict(ours.getexif()) == {}
    assert b"Exif" not in row.content


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 400),
        (PICTURE[: len(PICTURE) // 2], 400),
        (b"GIF89a" + PICTURE, 400),
        (PICTURE + b"\0" * LARGEST_PHOTOGRAPH, 413),
    ],
    ids=["nothing", "svg", "cut short", "another kind in front", "too large"],
)
async def test_what_is_no_photograph_is_refused_and_nothing_is_kept(
    house: SmallHouse, visit: Order, phones: Phones, lines: list[OrderLine],
    content: bytes, status: int,
) -> None:  # fmt: skip
    async with phones as (hers, _):
        assert (await send(hers, visit.id, lines[0].piece_id, content)).status_code == status
    async with transaction(house.engine) as session:
        assert (await session.exec(select(Photograph))).all() == []


async def test_what_hides_behind_a_photograph_is_left_behind_and_there_is_an_end_to_them(
    house: SmallHouse, visit: Order, phones: Phones, lines: list[OrderLine]
) -> None:
    async with phones as (hers, _):
        behind = PICTURE + b"<script>alert(1)</script>"
        answers = [
            (await send(hers, visit.id, lines[0].piece_id, behind)).status_code
            for _ in range(MOST_PHOTOGRAPHS + 1)
        ]
    assert answers == [204] * MOST_PHOTOGRAPHS + [422]
    async with transaction(house.engine) as session:
        kept = (await session.exec(select(Photograph.content))).all()
    assert not any(b"script" in content for content in kept)
