"""Files: what the build made, and the city's map tiles, which browsers read in pieces."""

import asyncio
import re
from pathlib import Path

import msgspec
from litestar import Response, get
from litestar.datastructures import CacheControlHeader
from litestar.handlers import BaseRouteHandler
from litestar.response import File
from litestar.static_files import (
    create_static_files_router,  # pyright: ignore[reportUnknownVariableType] - its opt is untyped
)
from sqlmodel import col, select

from concierge.maps.city import CARD, read_city
from concierge.model import Hub
from concierge.model.refusals import Missing
from concierge.store.transaction import transaction

from .doors import Asked, Doors, doors
from .pages import BUILT
from .session import NO_SESSION

FOREVER = CacheControlHeader(max_age=31_536_000, immutable=True, public=True)
DAY = "public, max-age=86400"
RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{1,15})")
MOST_BYTES = 2_000_000
"""The most of a file sent for one range; PMTiles readers ask for far less."""
AROUND = 0.12
"""Degrees around a hub that a map shows when the city's streets could not be had."""


class CityCard(msgspec.Struct, frozen=True):
    """What a map page needs to know. `bounds` is west, south, east, north, in degrees."""

    attribution: str
    bounds: tuple[float, float, float, float]
    date: str
    estimated: bool


assets = create_static_files_router(
    path="/assets",
    directories=[BUILT],
    cache_control=FOREVER,
    opt={NO_SESSION: True},
    include_in_schema=False,
)
"""Everything the build made; names carry hashes, so browsers may keep it for ever."""


@get("/field/worker.js", include_in_schema=False, opt={NO_SESSION: True}, sync_to_thread=False)
def worker() -> File:
    """The phone's service worker. Served here so that its scope is the phone's pages."""
    return File(
        BUILT / "worker.js",
        media_type="text/javascript",
        content_disposition_type="inline",
        headers={"cache-control": "no-cache"},
    )


@get("/tiles/city.json", include_in_schema=False, opt={NO_SESSION: True})
async def city(request: Asked) -> CityCard:
    """Where the map opens, whose streets they are and how old."""
    house = doors(request)
    tiles = house.settings.tiles
    if tiles is None or not (tiles.parent / CARD).is_file():
        return CityCard(attribution="", bounds=await _around_hubs(house), date="", estimated=True)
    known = await asyncio.to_thread(read_city, tiles.parent)
    return CityCard(
        attribution=known.attribution,
        bounds=known.bounds,
        date=known.date,
        estimated=house.settings.osrm_url is None,
    )


async def _around_hubs(house: Doors) -> tuple[float, float, float, float]:
    async with transaction(house.engine) as session:
        hubs = (await session.exec(select(Hub).order_by(col(Hub.slug)))).all()
    xs, ys = [hub.longitude for hub in hubs] or [0.0], [hub.latitude for hub in hubs] or [0.0]
    return (min(xs) - AROUND, min(ys) - AROUND, max(xs) + AROUND, max(ys) + AROUND)


@get("/tiles/city.pmtiles", include_in_schema=False, opt={NO_SESSION: True})
async def tiles(request: Asked) -> Response[bytes]:
    """The tiles, a range at a time.

    Raises:
        Missing: the city's streets could not be had.
    """
    file = doors(request).settings.tiles
    if file is None or not file.is_file():
        raise Missing("There is no map of this city here.")
    size = file.stat().st_size
    headers = {
        "accept-ranges": "bytes",
        "cache-control": DAY,
        "etag": f'"{int(file.stat().st_mtime)}-{size}"',
    }
    asked = RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None:
        return _bytes(await asyncio.to_thread(file.read_bytes), 200, headers)
    first, last = int(asked[1]), min(int(asked[2]), size - 1)
    last = min(last, first + MOST_BYTES - 1)
    if first > last:
        return _bytes(b"", 416, {**headers, "content-range": f"bytes */{size}"})
    part = await asyncio.to_thread(_read, file, first, last - first + 1)
    return _bytes(part, 206, {**headers, "content-range": f"bytes {first}-{last}/{size}"})


def _bytes(content: bytes, status_code: int, headers: dict[str, str]) -> Response[bytes]:
    return Response(
        content, status_code=status_code, headers=headers, media_type="application/octet-stream"
    )


def _read(file: Path, start: int, length: int) -> bytes:
    with file.open("rb") as opened:
        opened.seek(start)
        return opened.read(length)


handlers: list[BaseRouteHandler] = [worker, city, tiles]
