"""The JSON API beside the pages, and the door that webhooks knock at."""

from litestar.handlers import BaseRouteHandler

from . import account, boutique, hours, ordering, orders
from .webhooks import stripe_webhook

handlers: list[BaseRouteHandler] = [
    stripe_webhook,
    *boutique.handlers,
    *ordering.handlers,
    *orders.handlers,
    *hours.handlers,
    *account.handlers,
]
