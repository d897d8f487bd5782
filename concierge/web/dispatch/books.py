"""The trial balance, for owners and dispatchers, to read and to take along."""

from litestar import Response, get
from litestar.handlers import BaseRouteHandler

from concierge.desk.show_books import BooksShown, as_csv, show_books
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.session import me
from concierge.web.show import show


@get("/dispatch/books", include_in_schema=False)
async def books(request: Asked) -> Response[str]:
    """Every account, the last comparison with the provider, and what stands open."""
    return show(request, "dispatch/books.html", await _shown(request))


@get("/dispatch/books.csv", include_in_schema=False)
async def books_file(request: Asked) -> Response[str]:
    """The accounts for a spreadsheet."""
    return Response(
        as_csv(await _shown(request)),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="trial-balance.csv"'},
    )


async def _shown(request: Asked) -> BooksShown:
    """Of her hub alone, unless she is everywhere."""
    asking = me(request)
    hub = None if asking.is_everywhere else asking.hub_id
    async with transaction(doors(request).engine) as session:
        return await show_books(session, hub)


handlers: list[BaseRouteHandler] = [books, books_file]
