"""What the card page says, in the languages it speaks."""

import re
from decimal import Decimal

from babel.core import Locale
from babel.numbers import format_currency, get_currency_precision

from .languages import ar, en, fr, sv
from .store import Doc

LANGUAGES = {"en": en.WORDS, "sv": sv.WORDS, "fr": fr.WORDS, "ar": ar.WORDS}
RIGHT_TO_LEFT = {"ar"}
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def choose(locale: str | None, accepted: str) -> dict[str, str]:
    """The words for a page: its own language, else the first her browser likes, else English."""
    wanted = [locale] if locale and locale != "auto" else accepted.split(",")
    for each in wanted:
        words = LANGUAGES.get(each.strip().partition(";")[0].partition("-")[0].lower())
        if words is not None:
            return words
    return LANGUAGES["en"]


def amount(minor: int, currency: str, language: str) -> str:
    """An amount as she would write it; without decimals when there are none to say."""
    currency = currency.upper()
    places = get_currency_precision(currency)
    value = Decimal(minor).scaleb(-places)
    pattern = Locale.parse(language).currency_formats["standard"].pattern
    if value == value.to_integral_value():
        pattern, places = pattern.replace(".00", ""), 0
    written = format_currency(
        value, currency, pattern, locale=language, currency_digits=places > 0,
        numbering_system="arab" if language == "ar" else "latn",
    )  # fmt: skip
    written = re.sub(r"(?<=[A-Z])(?=\d)", "\N{NO-BREAK SPACE}", written)
    return written.translate(ARABIC_DIGITS) if language == "ar" else written


def refusal(doc: Doc | None, words: dict[str, str]) -> str | None:
    """Why her last card was not taken, in her language."""
    error = doc and (doc.get("last_payment_error") or doc.get("last_setup_error"))
    if not error:
        return None
    code = error.get("decline_code") or error["code"]
    return words.get(f"refused_{code}", words["bank_refused"])
