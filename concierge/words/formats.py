"""Amounts, times and days as a language writes them."""

import math
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_percent, parse_pattern

import payments

LOCALES = {
    "en": Locale("en", "GB"),
    "sv": Locale("sv", "SE"),
    "fr": Locale("fr", "FR"),
    "ar": Locale("ar"),
}

DASH = "\u2013"
MINUS = "\u2212"
JOINED = "\u2060"
"""A line breaks after a dash, also before a space that does not break."""
_COMMA = {"ar": "\u060c"}
_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_CODE_BY_DIGIT = re.compile(r"(?<=[A-Z])(?=\d)")


def digits(text: str, language: str) -> str:
    """The same text with the language's own digits."""
    return text.translate(_DIGITS) if language == "ar" else text


def format_money(amount: payments.Money, language: str) -> str:
    """`4 860 kr`: öre are shown only where there are any."""
    places = amount.exponent if amount.minor % 10**amount.exponent else 0
    locale = LOCALES[language]
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (places, places)
    shown = pattern.apply(
        Decimal(amount.minor).scaleb(-amount.exponent),
        locale,
        currency=amount.currency,
        currency_digits=False,
        numbering_system="arab" if language == "ar" else "latn",
    )
    shown = _CODE_BY_DIGIT.sub("\u00a0", shown).replace("-", MINUS)
    return digits(shown, language)


def format_rate(hundredths: int, language: str) -> str:
    """`25 %`; its hundredths are shown only where there are any."""
    shown = format_percent(
        Decimal(hundredths).scaleb(-4),
        locale=LOCALES[language],
        decimal_quantization=False,
        numbering_system="arab" if language == "ar" else "latn",
    )
    return digits(shown, language)


def format_day(day: date, language: str, *, year: bool = False, short: bool = False) -> str:
    """`Thursday 26 November`; `short` gives `Thu 26 Nov`."""
    pattern = (
        f"EEE{_COMMA.get(language, '')} d MMM"
        if short
        else (f"EEEE{_COMMA.get(language, '')} d MMMM")
    )
    shown = format_date(day, f"{pattern} y" if year else pattern, locale=LOCALES[language])
    return digits(shown, language)


def format_time(moment: datetime, language: str, zone: ZoneInfo) -> str:
    """`14:30` on the zone's clock, always on twenty-four hours."""
    return digits(f"{moment.astimezone(zone):%H:%M}", language)


def format_span(opens: datetime, closes: datetime, language: str, zone: ZoneInfo) -> str:
    """Two times with a dash between, never broken over a line."""
    ends = (format_time(opens, language, zone), format_time(closes, language, zone))
    return f"\u00a0{DASH}{JOINED}\u00a0".join(ends)


def rounded_up_minutes(lasts: timedelta) -> int:
    """Whole minutes, never fewer than it takes."""
    return math.ceil(lasts.total_seconds() / 60)
