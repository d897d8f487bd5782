"""The client's pages: from browsing to the receipt.

They are plain HTML and work without JavaScript up to the card page and back; `ui/client` makes
them pleasant.
"""

from litestar.handlers import BaseRouteHandler

from . import account, boutique, collection, moving, orders, receipt, selection, visit

handlers: list[BaseRouteHandler] = [
    *boutique.handlers,
    *selection.handlers,
    *visit.handlers,
    *orders.handlers,
    *collection.handlers,
    *moving.handlers,
    *receipt.handlers,
    *account.handlers,
]
