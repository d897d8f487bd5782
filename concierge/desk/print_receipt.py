"""A receipt as a paper of its own, in her language: the same lines as on her page."""

import asyncio
from datetime import datetime

from concierge.paper.receipt import Line, ReceiptSheet, Row, Sum, Table, receipt_pdf
from concierge.settings import Seller
from concierge.words import Words

from .show_receipt import Extra, ExtraLine, Receipt, ReceiptPiece

HOUSE = "Maison Orane"
EXTRAS = {
    Extra.LATE_CANCELLATION: "Late cancellation",
    Extra.ABSENCE: "Nobody was at home",
    Extra.GESTURE: "With our compliments",
    Extra.LET_OFF: "Too little to ask a card for",
    Extra.AGREED: "As you agreed afterwards",
    Extra.REFUND: "Given back",
}
"""What each line beside the pieces is called."""
VERDICTS = {"kept": "Kept", "returned": "Returned", "missing": "Missing", "": "Not tried"}
DISPUTED = (
    "Nothing is charged for what is damaged or missing. We look into it, and ask you before "
    "anything else."
)


async def print_receipt(receipt: Receipt, seller: Seller, words: Words) -> bytes:
    """The receipt as PDF, set beside the event loop."""
    sheet = receipt_sheet(receipt, seller, words)
    return await asyncio.to_thread(receipt_pdf, sheet, at=receipt.settled_at)


def receipt_sheet(receipt: Receipt, seller: Seller, words: Words) -> ReceiptSheet:
    """Every word of it."""
    say, money = words.say, words.money
    return ReceiptSheet(
        language=words.language,
        rtl=words.direction == "rtl",
        house=HOUSE,
        title=say("Receipt %(reference)s", reference=_as_written(receipt.reference)),
        facts=_facts(receipt, words),
        pieces_title=say("Your pieces"),
        pieces_head=[say("Piece"), say("What became of it"), say("Price, VAT included")],
        pieces=[
            Row(
                _as_written(piece.style),
                _detail(piece, words),
                _verdict(piece, words),
                money(piece.price),
                off=not piece.kept,
            )
            for piece in receipt.pieces
        ],
        sums=_sums(receipt, words),
        card=Table(
            say("On your card"),
            [say("Time and payment"), say("Set aside"), say("Charged"), say("Released")],
            [
                Line(
                    when(each.held_at, words),
                    [money(each.held), money(each.charged), money(each.released)],
                    under=_as_written(each.reference),
                )
                for each in receipt.card
            ],
        ),
        vat=_vat(receipt, words),
        notes=[
            *([say(DISPUTED)] if receipt.undecided else []),
            say("Prices include VAT, which is worked out once for each rate."),
            say("We release the rest at once. Your bank may take a few days to show it."),
        ],
        seller=[
            _as_written(seller.name), _as_written(seller.address),
            say("Organisation number %(number)s", number=_as_written(seller.number)),
            say("VAT number %(number)s", number=_as_written(seller.vat_number)),
        ],
        page=say("Page"),
    )  # fmt: skip


def when(moment: datetime, words: Words) -> str:
    """A day and an hour by her clock."""
    return f"{words.day(moment, year=True, short=True)}{words.comma}{words.time(moment)}"


def _verdict(piece: ReceiptPiece, words: Words) -> str:
    damaged = piece.disputed and piece.verdict != "missing"
    return words.say("Damaged" if damaged else VERDICTS[piece.verdict])


def _detail(piece: ReceiptPiece, words: Words) -> str:
    size = words.size(piece.size)
    written = _as_written(size) if size == piece.size else size
    return " · ".join((_as_written(piece.house), words.colour(piece.colour), written))


def _facts(receipt: Receipt, words: Words) -> list[tuple[str, str]]:
    facts = [(words.say("For"), _as_written(receipt.client))]
    if receipt.visited_at is not None:
        facts.append((words.say("Visit"), when(receipt.visited_at, words)))
    facts.append((words.say("Settled"), when(receipt.settled_at, words)))
    return facts


def _sums(receipt: Receipt, words: Words) -> list[Sum]:
    say, money = words.say, words.money
    sums = [Sum(say("What you keep"), money(receipt.kept))]
    sums += [Sum(say(EXTRAS[fee.what]), money(fee.amount)) for fee in receipt.fees]
    sums += [_off(credit, words) for credit in receipt.credits]
    sums.append(Sum(say("Charged"), money(receipt.charged), main=True))
    if receipt.refunds or receipt.agreed:
        sums += [
            Sum(f"{say(EXTRAS[each.what])}: {_as_written(each.of)}", money(each.amount))
            for each in receipt.agreed
        ]
        sums += [_off(refund, words) for refund in receipt.refunds]
        sums.append(Sum(say("Paid in all"), money(receipt.paid), main=True))
    sums.append(Sum(say("Of which VAT"), money(receipt.vat_total)))
    return sums


def _off(line: ExtraLine, words: Words) -> Sum:
    label = words.say(EXTRAS[line.what])
    if line.what is Extra.REFUND:
        label = f"{label}, {when(line.at, words)}"
    return Sum(label, words.money(line.amount * -1))


def _vat(receipt: Receipt, words: Words) -> Table:
    say, money = words.say, words.money
    return Table(
        say("VAT"),
        [say("Rate"), say("Without VAT"), say("VAT"), say("With VAT")],
        [
            Line(words.rate(line.vat_bp), [money(line.net), money(line.vat), money(line.gross)])
            for line in receipt.vat
        ],
        Line(say("In all"), [money(receipt.net), money(receipt.vat_total), money(receipt.paid)]),
    )


def _as_written(text: str) -> str:
    """A name or number that keeps its own direction inside any sentence."""
    return f"\u2068{text}\u2069"
