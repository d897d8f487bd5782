"""Where the payments provider tells us that something changed."""

from litestar import Response, post

import payments.notices
from concierge.desk.read_notice import keep_notice
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.session import NO_CSRF, NO_SESSION


@post(
    "/webhooks/stripe",
    include_in_schema=False,
    opt={NO_CSRF: True, NO_SESSION: True},
    status_code=204,
)
async def stripe_webhook(request: Asked) -> Response[None]:
    """Keep a signed notice once and have it acted on; the answer never waits for that.

    The signing secret comes from our settings alone. What the notice says of an object is not
    believed: the object is fetched.
    """
    house = doors(request)
    try:
        told = payments.notices.read_notice(
            await request.body(),
            request.headers.get("stripe-signature"),
            secret=house.settings.webhook_secret,
        )
    except payments.BadSignature:
        return Response(None, status_code=400)
    async with transaction(house.engine) as session:
        await keep_notice(session, told)
    return Response(None, status_code=204)
