"""What is written down of each request: what kind, how it went, how long it took. Nobody's data.

No cookies, no bodies, no queries, no paths with ids or secrets in them: the route's shape alone.
"""

import itertools
import logging
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any, cast

import structlog
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.stdlib.get_logger("concierge.web")

_QUIET = frozenset({"/assets/{file_path}", "/health", "/ready", "/metrics"})


def set_up_logs() -> None:
    """Write JSON lines to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            tell_where,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def tell_where(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Turn an exception into the places it passed; its words may hold somebody's data."""
    problem = line.pop("exc_info", None)
    if isinstance(problem, BaseException):
        chain = [problem, *_causes(problem)]
        line["errors"] = [type(one).__qualname__ for one in chain]
        line["at"] = [
            f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}"
            for one in chain
            for frame in traceback.extract_tb(one.__traceback__)[-8:]
        ]
    return line


def _causes(problem: BaseException) -> list[BaseException]:
    causes: list[BaseException] = []
    cause = problem.__cause__ or problem.__context__
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    return causes


class RequestLog(ASGIMiddleware):
    """One line per request, once its answer began."""

    scopes = (ScopeType.HTTP,)

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Time it and write it down."""
        began = time.perf_counter()
        structlog.contextvars.bind_contextvars(request=next(self._numbers))

        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start" and (scope["path_template"] not in _QUIET):
                log.info(
                    "answered",
                    method=cast("str", scope["method"]),  # pyright: ignore[reportGeneralTypeIssues]
                    route=scope["path_template"],
                    status=message["status"],
                    ms=round((time.perf_counter() - began) * 1000, 1),
                )
            await send(message)

        await next_app(scope, receive, send_and_note)
