"""What the page "When shall we visit?" shows: days, windows with their words, and what is held."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from babel.dates import format_date

import payments
from concierge.desk.address_book import SavedAddress
from concierge.desk.ask_fees import FeesAsked
from concierge.desk.choose_pieces import SelectionShown
from concierge.desk.find_address import Suggestion
from concierge.desk.offer_windows import DayOffer, Offered, WindowOffer, WindowState
from concierge.words import Words
from concierge.words.formats import LOCALES

from .visit_form import VisitForm, write_window

NOON, EVENING = 12, 17
GROUPS = ("Morning", "Afternoon", "Evening")


class WindowRow(msgspec.Struct, frozen=True):
    """One window of the day she looks at. `said` is how it is named where it was chosen."""

    value: str
    opens: datetime
    closes: datetime
    words: str
    said: str
    free: bool
    few: bool
    struck: bool
    ticked: bool


class WindowGroup(msgspec.Struct, frozen=True):
    """The windows of a part of the day."""

    name: str
    rows: list[WindowRow]


class DayButton(msgspec.Struct, frozen=True):
    """A day of the strip. `closed` is the word for why nothing can be had that day, if so."""

    value: str
    weekday: str
    number: str
    month: str
    said: str
    closed: str
    shown: bool


class KeptWindow(msgspec.Struct, frozen=True):
    """A window she ticked on another day."""

    value: str
    said: str


class Calendar(msgspec.Struct, frozen=True):
    """The strip of days, and the windows of one."""

    days: list[DayButton]
    shown: str
    said: str
    groups: list[WindowGroup]
    kept: list[KeptWindow]
    chosen: str
    seen: str
    estimated: bool


class VisitPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page. `wrong` is a refusal, in her language, about `wrong_field`.

    `held` is all that her bank sets aside, a fee included. `asks_who` of newcomers; `unchosen`
    when she went on without choosing a window.
    """

    chosen: int
    selection: SelectionShown
    form: VisitForm
    saved: list[SavedAddress]
    street: str
    note: str
    found: list[Suggestion]
    searched: bool
    not_covered: str
    calendar: Calendar | None
    fees: FeesAsked | None
    held: payments.Money
    asks_who: bool
    unchosen: bool
    wrong: str
    wrong_field: str


class WhenPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page on which something known is given an hour; `door` is where its form goes.

    `wrong` is a refusal, in her language; no calendar where nothing can be chosen. `lines` are
    what she gives back, where that is not filed yet; `now` is the hour a visit has.
    """

    chosen: int
    order: UUID
    door: str
    pieces: list[str]
    street: str
    note: str
    calendar: Calendar | None
    unchosen: bool
    wrong: str
    lines: tuple[UUID, ...] = ()
    now: str = ""


def draw_calendar(offered: Offered, form: VisitForm, words: Words) -> Calendar:
    """The strip opened at her day, or at the first that has a window."""
    days = offered.days
    asked = form.shown_day()
    today = next((day for day in days if day.day == asked), None)
    shown = today or next((day for day in days if not day.full), days[0])
    by_value = {
        write_window(window.opens, window.closes): window for day in days for window in day.windows
    }
    alive = [value for value in form.windows if value in by_value and by_value[value].feasible]
    here = [write_window(window.opens, window.closes) for window in shown.windows]
    free_now = {value for value, window in by_value.items() if window.feasible}
    return Calendar(
        days=_strip(days, shown.day, words),
        shown=shown.day.isoformat(),
        said=words.day(shown.day),
        groups=_groups(shown, form, alive, words, offered.hub.zone),
        kept=[
            KeptWindow(value, _said(by_value[value], words))
            for value in alive
            if value not in here
        ],
        chosen=_chosen([by_value[value] for value in alive], words),
        seen=" ".join(sorted(free_now | set(form.seen))),
        estimated=offered.estimated,
    )


def _strip(days: Sequence[DayOffer], shown: date, words: Words) -> list[DayButton]:
    locale = LOCALES[words.language]
    strip: list[DayButton] = []
    for at, offer in enumerate(days):
        day = offer.day
        names_month = at == 0 or day.day == 1 or day == shown
        strip.append(
            DayButton(
                value=day.isoformat(),
                weekday=format_date(day, "EEE", locale=locale),
                number=words.number(day.day),
                month=format_date(day, "MMM", locale=locale) if names_month else "",
                said=words.day(day),
                closed=_closed(offer, words),
                shown=day == shown,
            )
        )
    return strip


def _closed(day: DayOffer, words: Words) -> str:
    if not day.full:
        return ""
    over = all(window.state is WindowState.PAST for window in day.windows)
    return words.say("Over") if over else words.say("Full")


def _groups(
    day: DayOffer, form: VisitForm, alive: Sequence[str], words: Words, zone: ZoneInfo
) -> list[WindowGroup]:
    rows: dict[str, list[WindowRow]] = {name: [] for name in GROUPS}
    for window in day.windows:
        value = write_window(window.opens, window.closes)
        past = window.state is WindowState.PAST
        gone = not window.feasible and not past and value in form.seen
        rows[_part_of_day(window, zone)].append(
            WindowRow(
                value=value,
                opens=window.opens,
                closes=window.closes,
                words=words.say("Just taken") if gone else _hint(window, words),
                said=_said(window, words),
                free=window.feasible,
                few=window.state is WindowState.LAST,
                struck=not window.feasible,
                ticked=value in alive,
            )
        )
    return [WindowGroup(name, each) for name, each in rows.items() if each]


def _part_of_day(window: WindowOffer, zone: ZoneInfo) -> str:
    hour = window.opens.astimezone(zone).hour
    return GROUPS[0] if hour < NOON else GROUPS[1] if hour < EVENING else GROUPS[2]


def _hint(window: WindowOffer, words: Words) -> str:
    match window.state:
        case WindowState.FULL:
            return words.say("Full")
        case WindowState.PAST:
            return words.say("Past")
        case WindowState.NO_PIECES:
            return words.say("One of your pieces is with somebody else that day")
        case WindowState.FREE | WindowState.LAST if window.familiar:
            return words.say("With %(name)s, who knows your sizes", name=window.familiar)
        case WindowState.LAST:
            return words.say("Last place")
        case WindowState.FREE:
            return words.count("%(n)s concierge free", "%(n)s concierges free", window.concierges)


def _said(window: WindowOffer, words: Words) -> str:
    day = words.day(window.opens, short=True)
    return words.say(
        "%(day)s, %(span)s", day=day, span=f"\u2068{words.span(window.opens, window.closes)}\u2069"
    )


def _chosen(windows: Sequence[WindowOffer], words: Words) -> str:
    if not windows:
        return words.say("No window chosen yet")
    if len(windows) == 1:
        return _said(windows[0], words)
    return words.count("Any of %(n)s window", "Any of %(n)s windows", len(windows))
