"""How a no, and something broken, are told: a page to a browser, problem+json to a program."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import msgspec
import psycopg
import structlog
from litestar import Response
from litestar.exceptions import HTTPException, NotFoundException, ValidationException
from litestar.response import Redirect
from sqlalchemy.exc import DataError, DBAPIError, OperationalError

import payments
from concierge.maps.errors import Unreachable as RoadsUnreachable
from concierge.model import refusals
from concierge.model.refusals import Refusal

from .doors import Asked
from .session import NotMeant
from .show import show, words_for

STATUS: Final[Mapping[type[Refusal], int]] = {
    refusals.Missing: 404,
    refusals.BadRequest: 400,
    refusals.NotCovered: 422,
    refusals.WindowTaken: 409,
    refusals.PieceTaken: 409,
    refusals.EmptySelection: 422,
    refusals.TooLate: 409,
    refusals.WrongStep: 409,
    refusals.AlreadySettled: 409,
    refusals.KeyReused: 409,
    refusals.NotHersNow: 409,
    refusals.UnknownPiece: 422,
    refusals.OverLimit: 422,
    refusals.NotHeld: 409,
    refusals.CardRefused: 402,
    refusals.Overtaken: 409,
    refusals.FeesNotAgreed: 409,
    refusals.StaleBoard: 409,
    refusals.BreaksPromise: 409,
    refusals.SignInNeeded: 401,
    refusals.NotAllowed: 403,
    refusals.SignInRefused: 403,
    refusals.TooManyTries: 429,
}
"""Every refusal's status; a test asks for one when a refusal is added."""

PROBLEM_JSON = "application/problem+json"
NAMES: dict[type[Exception], str] = {NotMeant: "csrf"}
MISSING = "We do not find this page. It may have moved, or it is not yours to see."
UNREADABLE = "Something in what was sent cannot be written down. Please look at it again."
NOT_FITTING = "Something in what was sent does not fit."
BROKEN = "Something broke on our side. Nothing was lost; please try again in a moment."
UNREACHABLE = "We cannot reach everything we need just now. Please try again in a moment."
STAFF_PATHS = ("/field", "/dispatch", "/hub", "/api/field", "/api/dispatch")

log = structlog.stdlib.get_logger("concierge.web")


class Problem(msgspec.Struct, omit_defaults=True):
    """A no, or something broken, for programs (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    fields: list[dict[str, Any]] = []


class ErrorPage(msgspec.Struct, frozen=True):
    """A no, or something broken, for people."""

    status: int
    title: str
    detail: str


def kind_of(refusal: type[Exception]) -> str:
    """A refusal's name on the wire: `WindowTaken` is `window_taken`."""
    return NAMES.get(refusal) or re.sub(r"(?<!^)(?=[A-Z])", "_", refusal.__name__).lower()


def status_of(refusal: type[Refusal]) -> int:
    """Its HTTP status: its own, or that of the refusal it is a kind of."""
    return next(STATUS[base] for base in refusal.__mro__ if base in STATUS)


def refused(request: Asked, refusal: Refusal) -> Response[Any]:
    """The business says no."""
    if isinstance(refusal, refusals.SignInNeeded) and wants_page(request):
        door = "/staff" if request.scope["path"].startswith(STAFF_PATHS) else "/sign-in"
        back = request.scope["path"] if request.method == "GET" else "/"
        return Redirect(door, status_code=303, query_params={"next": back})
    if isinstance(refusal.__cause__, DBAPIError):  # our own rules should have said it first
        log.error("contradicted", route=route_of(request), exc_info=refusal)
    said = words_for(request).refusal(refusal)
    return told(request, status_of(type(refusal)), kind_of(type(refusal)), said)


def answer(
    request: Asked,
    status: int,
    kind: str,
    sentence: str,
    *,
    fields: list[dict[str, Any]] | None = None,
) -> Response[Any]:
    """The same no in the reader's language, as a page or as problem+json."""
    return told(request, status, kind, words_for(request).say(sentence), fields=fields)


def told(
    request: Asked,
    status: int,
    kind: str,
    said: str,
    *,
    fields: list[dict[str, Any]] | None = None,
) -> Response[Any]:
    """A no that is in the reader's words already."""
    title = title_of(status)
    if wants_page(request):
        page = ErrorPage(status, words_for(request).say(title), said)
        return show(request, "error.html", page, status_code=status)
    problem = Problem(f"urn:concierge:problem:{kind}", title, status, said, fields or [])
    headers = {"retry-after": "5"} if status in {429, 503} else None
    return Response(problem, status_code=status, media_type=PROBLEM_JSON, headers=headers)


def wants_page(request: Asked) -> bool:
    """Whether a person looks at the answer."""
    return "text/html" in request.headers.get("accept", "")


def title_of(status: int) -> str:
    """A few words for a status, to stand above the sentence."""
    return {
        400: "That does not read right",
        401: "Sign in first",
        402: "Your bank said no",
        403: "Not for you",
        404: "Not here",
        405: "Not possible here",
        409: "Not any more",
        413: "Too large",
        422: "Not possible",
        429: "A little slower",
        503: "Back in a moment",
    }.get(status, "Something broke" if status >= 500 else "Not possible")


def http_problem(request: Asked, problem: HTTPException) -> Response[Any]:
    """What Litestar itself refuses: unknown paths, unreadable bodies, sizes."""
    fields = None
    sentence = problem.detail
    if isinstance(problem, NotFoundException):
        sentence = MISSING
    elif isinstance(problem, ValidationException):
        sentence = NOT_FITTING
        fields = [_field(item) for item in cast("list[dict[str, Any]]", problem.extra or [])]
    elif problem.status_code >= 500:
        return broken(request, problem)
    return answer(request, problem.status_code, kind_of(type(problem)), sentence, fields=fields)


def _field(item: Mapping[str, Any]) -> dict[str, Any]:
    """Which field, and what about it; never what was sent."""
    return {"field": item.get("key", ""), "says": item.get("message", "")}


def unreachable(request: Asked, problem: Exception) -> Response[Any]:
    """A neighbour does not answer: try again."""
    log.warning("unreachable", what=type(problem).__name__, route=route_of(request))
    return answer(request, 503, "unreachable", UNREACHABLE)


def unreadable(request: Asked, problem: Exception) -> Response[Any]:
    """What was sent holds something no text or number of ours can hold: a NUL, a googol."""
    log.warning("unreadable", what=type(problem).__name__, route=route_of(request))
    return answer(request, 400, "unreadable", UNREADABLE)


def broken(request: Asked, problem: Exception) -> Response[Any]:
    """Something of ours broke; somebody must look."""
    log.error("broken", what=type(problem).__name__, route=route_of(request), exc_info=problem)
    return answer(request, 500, "broken", BROKEN)


def route_of(request: Asked) -> str:
    """The route's shape, without whatever ids or secrets its path carried."""
    scope = cast("Mapping[str, Any]", request.scope)  # an unknown path has no template
    return str(scope.get("path_template", "-"))


Handler = Callable[[Asked, Any], Response[Any]]
HANDLERS: dict[int | type[Exception], Handler] = {
    Refusal: refused,
    HTTPException: http_problem,
    payments.Unreachable: unreachable,
    RoadsUnreachable: unreachable,
    OperationalError: unreachable,
    DataError: unreadable,
    psycopg.DataError: unreadable,
    RecursionError: unreadable,
    Exception: broken,
}
