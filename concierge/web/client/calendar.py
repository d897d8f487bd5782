"""A visit as a calendar file (RFC 5545)."""

from datetime import UTC, datetime

from concierge.desk.show_order import OrderShown
from concierge.model.refusals import Missing
from concierge.words import Words

LONGEST_LINE = 75
"""Octets, line ends not counted."""


def calendar_file(order: OrderShown, words: Words, now: datetime) -> str:
    """One event: the promised window, where, and how many pieces come or are collected.

    Raises:
        Missing: no window is promised yet.
    """
    if order.window is None:
        raise Missing("There is no hour to write into a calendar yet.")
    if order.collects is None:
        pieces = words.count("%(n)s piece to try", "%(n)s pieces to try", len(order.pieces))
    else:
        pieces = words.count(
            "%(n)s piece to collect", "%(n)s pieces to collect", len(order.pieces)
        )
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Maison Orane//Concierge//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{order.id}@maison-orane",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(order.window.opens)}",
        f"DTEND:{_utc(order.window.closes)}",
        f"SUMMARY:{_text(words.say('Maison Orane at home'))}",
        f"LOCATION:{_text(', '.join(filter(None, (order.door.street, order.door.detail))))}",
        f"DESCRIPTION:{_text(f'{pieces}. {order.reference}')}",
        "STATUS:CONFIRMED",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Long lines go on after a space, cut between letters and never inside one."""
    parts, length = [""], 0
    for letter in line:
        size = len(letter.encode())
        if length + size > LONGEST_LINE:
            parts.append(" ")
            length = 1
        parts[-1] += letter
        length += size
    return "\r\n".join(parts)
