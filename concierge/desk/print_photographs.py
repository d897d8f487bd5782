"""The photographs of a visit on one sheet, as a client's bank reads them: out beside back."""

import asyncio
from collections.abc import Mapping, Sequence
from io import BytesIO
from uuid import UUID
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw, ImageFont, ImageOps
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select

from concierge.model import Hub, Order, Photograph
from concierge.store.transaction import transaction

from .show_photographs import PhotographShown, PiecePhotographed, photographs_of

TILE, MARGIN, LINE = 640, 24, 30
"""Pixels: a photograph's square, the space about it, a line of words."""
QUALITY = 75


async def sheet_of(engine: AsyncEngine, order_id: UUID) -> bytes | None:
    """The sheet of a visit's pieces; None when none was photographed."""
    async with transaction(engine) as session:
        pieces = await photographs_of(session, order_id)
        shown = {each[-1].id for piece in pieces for each in (piece.out, piece.back) if each}
        rows = await session.exec(
            select(Photograph.id, Photograph.content).where(col(Photograph.id).in_(shown))
        )
        content = dict(rows.all())
        order = await session.get_one(Order, order_id)
        zone = (await session.get_one(Hub, order.hub_id)).zone
    return await asyncio.to_thread(print_photographs, pieces, content, zone) if pieces else None


def print_photographs(
    pieces: Sequence[PiecePhotographed], content: Mapping[UUID, bytes], zone: ZoneInfo
) -> bytes:
    """One JPEG of all, a row each time a piece was photographed; `content` by photograph.

    The last photograph of each moment is shown: the same ones make the same sheet, to the byte.
    """
    height = (TILE + 2 * LINE + MARGIN) * len(pieces) + MARGIN
    sheet = Image.new("RGB", (2 * TILE + 3 * MARGIN, height), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(22)
    for row, piece in enumerate(pieces):
        top = MARGIN + row * (TILE + 2 * LINE + MARGIN)
        draw.text((MARGIN, top), f"{piece.style} {piece.size} ({piece.tag})", "black", font)
        for column, (words, shown) in enumerate(
            (("Brought", piece.out), ("Came back", piece.back))
        ):
            left = MARGIN + column * (TILE + MARGIN)
            draw.text((left, top + LINE), _said(words, shown, zone), "black", font)
            if shown:
                with Image.open(BytesIO(content[shown[-1].id])) as photograph:
                    tile = ImageOps.contain(photograph.convert("RGB"), (TILE, TILE))
                sheet.paste(tile, (left, top + 2 * LINE))
    made = BytesIO()
    sheet.save(made, "JPEG", quality=QUALITY)
    return made.getvalue()


def _said(words: str, shown: Sequence[PhotographShown], zone: ZoneInfo) -> str:
    if not shown:
        return f"{words}: no photograph"
    return f"{words}: {shown[-1].at.astimezone(zone):%Y-%m-%d %H:%M}"
