"""The client's pages: from browsing to the receipt."""

from litestar.handlers import BaseRouteHandler

from . import orders

handlers: list[BaseRouteHandler] = [*orders.handlers]
