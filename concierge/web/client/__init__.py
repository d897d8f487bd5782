"""The client's pages: from browsing to the receipt."""

from litestar.handlers import BaseRouteHandler

handlers: list[BaseRouteHandler] = []
