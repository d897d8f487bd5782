"""Her orders as JSON, from the card to what she gives back, and what she asks of them."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from concierge.desk.charge_later import answer
from concierge.desk.choose_pieces import choose_again
from concierge.desk.give_back import give_back
from concierge.desk.give_up_order import cancel_order
from concierge.desk.keep_after_all import keep_after_all
from concierge.desk.list_orders import OrderRow, list_orders
from concierge.desk.show_order import OrderShown, her_order, show_order
from concierge.desk.tell_arrival import tell_arrival
from concierge.model import MOST_PIECES
from concierge.model.refusals import SignInNeeded
from concierge.store.clock import now
from concierge.store.transaction import transaction
from concierge.web.client.ordering import card_page_of, whose
from concierge.web.doors import Asked, doors
from concierge.web.garments import address as picture
from concierge.web.session import client_of, me
from concierge.web.show import words_for
from concierge.web.wire import MOST_MINOR, no

from .said import BUSY, FOR_SHOPPERS, NOT_HERS, NOT_MEANT, READ_BADLY, SIGN_IN

TAGS = ["orders"]


class PieceAnswer(msgspec.Struct, frozen=True):
    """Whether she agrees to pay `minor`, the amount she read, for a damaged or missing piece."""

    agrees: bool
    minor: Annotated[int, msgspec.Meta(ge=1, le=MOST_MINOR)]


class GivesBack(msgspec.Struct, frozen=True):
    """Which pieces she gives back, by `OrderedPiece.line`."""

    lines: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MOST_PIECES)]


class CardPageOpened(msgspec.Struct, frozen=True):
    """Where she gives her card; None while the payments provider is silent: ask again."""

    url: str | None


@get("/api/orders", operation_id="Orders", tags=TAGS, responses=SIGN_IN)
async def orders(request: Asked) -> list[OrderRow]:
    """Her orders, the newest first."""
    async with transaction(doors(request).engine) as session:
        return await list_orders(session, client_of(request), picture=picture)


@get(
    "/api/orders/{order_id:uuid}",
    operation_id="ShowOrder",
    tags=TAGS,
    responses={**NOT_HERS, **FOR_SHOPPERS},
)
async def one(request: Asked, order_id: FromPath[UUID]) -> OrderShown:
    """An order: what is promised, what is held, and the receipt once there is one."""
    return await shown(request, order_id, me(request).client_id)


@post(
    "/api/orders/{order_id:uuid}/card-pages",
    operation_id="OpenCardPage",
    tags=TAGS,
    status_code=200,
    responses={**NOT_MEANT, **NOT_HERS, 409: no("The order needs no card now.")},
)
async def card_page(request: Asked, order_id: FromPath[UUID]) -> CardPageOpened:
    """The order's card page; asking again gives the same."""
    return CardPageOpened(await card_page_of(request, order_id, me(request).client_id))


@post(
    "/api/orders/{order_id:uuid}/cancellations",
    operation_id="CancelOrder",
    tags=TAGS,
    responses={
        **READ_BADLY,
        **NOT_MEANT,
        **NOT_HERS,
        409: no("The visit has begun, is over, or calling it off costs more than `fee`."),
        **BUSY,
    },
)
async def cancel(
    request: Asked,
    order_id: FromPath[UUID],
    fee: Annotated[int, QueryParameter(ge=0, le=MOST_MINOR)] = 0,
) -> OrderShown:
    """Call a coming visit off: place and pieces are free, her money is released.

    `fee` is what she was told it costs, `OrderShown.late_fee` in minor units.
    """
    house, asking = doors(request), await whose(request, order_id)
    await cancel_order(
        house.engine, house.gateway, house.roads, order_id, by=asking.who, agreed_minor=fee
    )
    return await shown(request, order_id, asking.client_id)


@post(
    "/api/orders/{order_id:uuid}/give-backs",
    operation_id="GiveBack",
    tags=TAGS,
    responses={
        **READ_BADLY,
        **NOT_MEANT,
        **NOT_HERS,
        409: no("The visit is not over, or the time for it is."),
    },
)
async def change_mind(
    request: Asked, order_id: FromPath[UUID], data: JSONBody[GivesBack]
) -> OrderShown:
    """Bring kept pieces back to the hub within the time; they are paid back once inspected."""
    asking = await whose(request, order_id)
    await give_back(doors(request).engine, order_id, data.lines, asking.who)
    return await shown(request, order_id, asking.client_id)


@post(
    "/api/orders/{order_id:uuid}/give-backs/{give_back_id:uuid}/withdrawals",
    operation_id="KeepAfterAll",
    tags=TAGS,
    responses={
        **NOT_MEANT,
        **NOT_HERS,
        409: no("Some of it is with us already, or the hour of its collection has begun."),
        **BUSY,
    },
)
async def keep(
    request: Asked, order_id: FromPath[UUID], give_back_id: FromPath[UUID]
) -> OrderShown:
    """Keep after all what was to be given back: nobody comes for it. Twice is once."""
    house, asking = doors(request), await whose(request, order_id)
    await keep_after_all(house.engine, house.roads, order_id, give_back_id, by=asking.who)
    return await shown(request, order_id, asking.client_id)


@post(
    "/api/orders/{order_id:uuid}/pieces/{disposition_id:uuid}/answers",
    operation_id="AnswerAboutPiece",
    tags=TAGS,
    responses={
        **READ_BADLY,
        **NOT_MEANT,
        **NOT_HERS,
        409: no("Nothing is asked, or another amount than she read."),
    },
)
async def answer_about_piece(
    request: Asked,
    order_id: FromPath[UUID],
    disposition_id: FromPath[UUID],
    data: JSONBody[PieceAnswer],
) -> OrderShown:
    """Agree to pay what is asked for a damaged or missing piece, to the card she left; or not."""
    asking = me(request)
    await answer(
        doors(request).engine, order_id, disposition_id, agrees=data.agrees, minor=data.minor,
        client_id=asking.client_id, words=words_for(request),
    )  # fmt: skip
    return await shown(request, order_id, asking.client_id)


@post(
    "/api/orders/{order_id:uuid}/selections",
    operation_id="ChooseAgain",
    tags=TAGS,
    status_code=204,
    responses={**NOT_MEANT, **NOT_HERS},
)
async def again(request: Asked, order_id: FromPath[UUID]) -> None:
    """Put an order's pieces back into the selection; what travels no more is left out."""
    asking = me(request)
    async with transaction(doors(request).engine) as session:
        await her_order(session, order_id, asking.client_id)
        await choose_again(session, _known(asking.session_id), order_id, now=await now(session))


async def shown(request: Asked, order_id: UUID, client_id: UUID | None) -> OrderShown:
    """An order as it stands, with about when the concierge rings."""
    house = doors(request)
    async with transaction(house.engine) as session:
        order = await show_order(
            session, order_id, client_id, now=await now(session), picture=picture
        )
    return await tell_arrival(house.engine, house.roads, order)


def _known(who: UUID | None) -> UUID:
    if who is None:
        raise SignInNeeded("Sign in first.")
    return who


handlers: list[BaseRouteHandler] = [
    orders,
    one,
    card_page,
    cancel,
    change_mind,
    keep,
    answer_about_piece,
    again,
]
