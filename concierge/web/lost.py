"""Whatever path nobody answers: the same 404, but in her language and with her way back."""

from litestar import HttpMethod, Response, route
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from concierge.model.refusals import Missing

from .problems import MISSING

EVERY_METHOD = [
    HttpMethod.GET,
    HttpMethod.POST,
    HttpMethod.PUT,
    HttpMethod.PATCH,
    HttpMethod.DELETE,
]


@route(
    "/{path:path}",
    http_method=EVERY_METHOD,
    include_in_schema=False,
    status_code=404,
    sync_to_thread=False,
)
def nowhere(path: FromPath[str]) -> Response[str]:  # noqa: ARG001 - not repeated, see below
    """There is nothing at this path.

    Raises:
        Missing: always. The path is not repeated: it may hold a secret.
    """
    raise Missing(MISSING)


handlers: list[BaseRouteHandler] = [nowhere]
