"""What a client has told us so far about the visit she wants: the one form of its page.

Every press of a button sends the whole form, and the page comes back with it: so it works without
JavaScript, nothing typed is lost, and no address is ever part of a URL.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar.datastructures import FormMultiDict

import routing
from concierge.desk.become_client import Who
from concierge.model.refusals import BadRequest

from .ordering import MOST_WINDOWS, AddressAsked, window_of

LONGEST = 400
LOOK, FIND, CHOOSE, CHANGE, ORDER = "look", "find", "choose", "change", "order"
SEVERAL, ONE = "several", "one"


class VisitForm(msgspec.Struct, frozen=True):
    """The form as it was sent. `seen` are the windows that were free when she last looked.

    `fees` names what she read that a visit costs which falls through.
    """

    do: str = LOOK
    words: str = ""
    line: str = ""
    saved: str = ""
    detail: str = ""
    access: str = ""
    day: str = ""
    several: bool = False
    windows: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    fees: str = ""

    @property
    def address(self) -> AddressAsked | None:
        """Where she wants us, once she chose."""
        if self.saved:
            return AddressAsked(id=_id(self.saved))
        if self.line:
            return AddressAsked(line=self.line, detail=self.detail, access=self.access)
        return None

    @property
    def who(self) -> Who:
        """Who she says she is."""
        return Who(self.name, self.email, self.phone, self.language)

    def wanted(self) -> list[routing.Window]:
        """The windows she ticked.

        Raises:
            BadRequest: one of them is none.
        """
        return [read_window(value) for value in self.windows]

    def shown_day(self) -> date | None:
        """The day she looks at."""
        try:
            return date.fromisoformat(self.day)
        except ValueError:
            return None


def read_form(sent: FormMultiDict) -> VisitForm:
    """The form, with whatever is too long cut and whatever is missing empty."""
    do = _text(sent, "do") or LOOK
    several = bool(_text(sent, "several"))
    ticked = list(dict.fromkeys(_texts(sent.getall("window", []))))[-MOST_WINDOWS:]
    form = VisitForm(
        do=do,
        words=_text(sent, "words"),
        line=_text(sent, "line"),
        saved=_text(sent, "saved"),
        detail=_text(sent, "detail"),
        access=_text(sent, "access"),
        day=_text(sent, "day") or _text(sent, "shown"),
        several=(several or do == SEVERAL) and do != ONE,
        seen=tuple(_text(sent, "seen").split()),
        name=_text(sent, "name"),
        email=_text(sent, "email"),
        phone=_text(sent, "phone"),
        language=_text(sent, "language"),
        fees=_text(sent, "fees"),
    )
    kept = ticked if form.several else ticked[-1:]
    return msgspec.structs.replace(form, windows=tuple(kept))


def write_window(opens: datetime, closes: datetime) -> str:
    """A window as the form carries it."""
    return f"{opens.isoformat()}/{closes.isoformat()}"


def read_window(value: str) -> routing.Window:
    """A window from the form.

    Raises:
        BadRequest: it is none.
    """
    opens, _, closes = value.partition("/")
    try:
        return window_of(datetime.fromisoformat(opens), datetime.fromisoformat(closes))
    except ValueError:
        raise BadRequest("We do not offer this window; please choose another.") from None


def _text(sent: FormMultiDict, name: str) -> str:
    value: Any = sent.get(name, "")
    return value.strip()[:LONGEST] if isinstance(value, str) and name != "seen" else str(value)


def _texts(values: Iterable[Any]) -> list[str]:
    return [value for value in values if isinstance(value, str)]


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadRequest("Choose your address among the suggestions.", field="address") from None
