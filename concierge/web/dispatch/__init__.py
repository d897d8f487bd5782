"""The dispatcher's board: the day as it is, and the changes made to it."""

from litestar.handlers import BaseRouteHandler

from . import aftermath, books, cases, day, disputes, give_backs, page, pieces, record, setbacks

handlers: list[BaseRouteHandler] = [
    *page.handlers,
    *day.handlers,
    *setbacks.handlers,
    *record.handlers,
    *aftermath.handlers,
    *books.handlers,
    *cases.handlers,
    *pieces.handlers,
    *disputes.handlers,
    *give_backs.handlers,
]
