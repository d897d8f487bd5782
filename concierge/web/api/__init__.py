"""The JSON API beside the pages, and the door that webhooks knock at."""

from litestar.handlers import BaseRouteHandler

handlers: list[BaseRouteHandler] = []
