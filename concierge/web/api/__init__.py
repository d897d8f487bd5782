"""The JSON API beside the pages, and the door that webhooks knock at."""

from litestar.handlers import BaseRouteHandler

from .webhooks import stripe_webhook

handlers: list[BaseRouteHandler] = [stripe_webhook]
