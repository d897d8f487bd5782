# ruff: noqa: RUF001 - Arabic digits are what is tested
import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

import payments
from concierge.settings import PACKAGE
from concierge.words import Words, best_language, words_in

STOCKHOLM = ZoneInfo("Europe/Stockholm")
KEYWORDS = {"_": None, "say": None, "count": (1, 2)}
TEMPLATES = PACKAGE / "web" / "templates"
FOUNDATION = [
    "base.html",
    "base_app.html",
    "base_page.html",
    "demo.html",
    "error.html",
    "languages.html",
    "postbox.html",
    "sign_in.html",
    "sign_in_link.html",
    "staff.html",
]


def speaking(language: str) -> Words:
    return words_in(language, STOCKHOLM)


def asked_for() -> set[str]:
    """The sentences of the foundation's templates."""
    found = [
        message
        for name in FOUNDATION
        for _, message, *_ in extract_from_file("jinja2", TEMPLATES / name, keywords=KEYWORDS)
    ]
    return {message if isinstance(message, str) else message[0] for message in found}


def spoken(language: str) -> set[str]:
    """The sentences that have a translation."""
    known: set[str] = set()
    for file in (PACKAGE / "locales" / language / "LC_MESSAGES").glob("*.po"):
        with file.open(encoding="utf-8") as lines:
            for message in read_po(lines, locale=language):
                one = message.id if isinstance(message.id, str) else message.id[0]
                if message.string and all(message.string):
                    known.add(one)
    return known


@pytest.mark.parametrize("language", ["sv", "fr", "ar"])
def test_every_sentence_of_the_foundation_is_spoken(language: str) -> None:
    assert len(asked_for()) > 30
    assert asked_for() - spoken(language) == set()


@pytest.mark.parametrize(
    ("language", "kronor", "with_ore"),
    [
        ("en", "SEK\u00a04,860", "SEK\u00a04,860.50"),
        ("sv", "4\u00a0860\u00a0kr", "4\u00a0860,50\u00a0kr"),
        ("fr", "4\u202f860\u00a0SEK", "4\u202f860,50\u00a0SEK"),
        ("ar", "\u200f٤٬٨٦٠\u00a0SEK", "\u200f٤٬٨٦٠٫٥٠\u00a0SEK"),
    ],
)
def test_amounts_are_written_as_she_writes_them(language: str, kronor: str, with_ore: str) -> None:
    assert speaking(language).money(payments.Money(486_000, "SEK")) == kronor
    assert speaking(language).money(payments.Money(486_050, "SEK")) == with_ore


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "\u2212SEK\u00a04,860"),
        ("sv", "\u22124\u00a0860\u00a0kr"),
        ("fr", "\u22124\u202f860\u00a0SEK"),
        ("ar", "\u200f\u2212٤٬٨٦٠\u00a0SEK"),
    ],
)
def test_less_than_nothing_has_a_minus_sign_and_no_hyphen(language: str, shown: str) -> None:
    assert speaking(language).money(payments.Money(-486_000, "SEK")) == shown


def test_a_currency_without_cents_has_none() -> None:
    assert speaking("en").money(payments.Money(1_200, "JPY")) == "JP¥1,200"


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("en", "Thursday 26 November", "Thu 26 Nov"),
        ("sv", "torsdag 26 november", "tors 26 nov."),
        ("fr", "jeudi 26 novembre", "jeu. 26 nov."),
        ("ar", "الخميس، ٢٦ نوفمبر", "الخميس، ٢٦ نوفمبر"),
    ],
)
def test_days_are_written_as_she_writes_them(language: str, long: str, short: str) -> None:
    day = date(2026, 11, 26)
    assert speaking(language).day(day) == long
    assert speaking(language).day(day, short=True) == short


def test_times_are_on_the_houses_clock_on_both_sides_of_the_change() -> None:
    summer, winter = (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )
    assert speaking("sv").time(summer) == "02:30"
    assert speaking("sv").time(winter) == "02:30"
    assert speaking("ar").time(summer) == "٠٢:٣٠"


def test_a_window_is_never_broken_over_a_line() -> None:
    opens, closes = (datetime(2026, 11, 26, hour, tzinfo=UTC) for hour in (13, 14))
    for language in ("en", "ar"):
        shown = speaking(language).span(opens, closes)
        assert re.findall(r"\D+", shown.replace(":", "")) == ["\u00a0\u2013\u2060\u00a0"]


def test_a_moment_falls_on_the_houses_day() -> None:
    late = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    assert speaking("en").day(late) == "Friday 27 November"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("de,fr;q=0.8,sv;q=0.9", "sv"),
        ("ar", "ar"),
        ("de", "en"),
        ("fr;q=nonsense,sv;q=0.1", "sv"),
    ],
)
def test_a_browsers_wishes_are_weighed(accepted: str, language: str) -> None:
    assert best_language(accepted) == language


def test_counting_uses_each_languages_own_forms() -> None:
    forms = ["%(n)s minute later", "%(n)s minutes later"]
    assert speaking("ar").count(*forms, 2) == "بعد دقيقتين"
    assert speaking("ar").count(*forms, 15) == "بعد ١٥ دقيقة"
    assert speaking("fr").count(*forms, 0) == "0 minute plus tard"


def test_a_percent_sign_in_a_sentence_is_just_that() -> None:
    assert speaking("en").say("Kept 100 % of it.") == "Kept 100 % of it."
