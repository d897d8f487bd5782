"""What we know of a client as JSON, for her to read and correct."""

from uuid import UUID

from litestar import delete, get, post, put
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from concierge.desk import address_book as book
from concierge.desk import client_details as desk
from concierge.desk.address_book import AddressNotes
from concierge.desk.client_details import Details, DetailsShown, Like
from concierge.store.clock import now
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.session import client_of

from .said import NOT_HERS, NOT_MEANT, READ_BADLY, SIGN_IN

TAGS = ["account"]
WRITES = {**READ_BADLY, **SIGN_IN, **NOT_MEANT}


@get("/api/account", operation_id="Account", tags=TAGS, responses=SIGN_IN)
async def account(request: Asked) -> DetailsShown:
    """Her details, addresses, and what we believe she likes and who said so."""
    return await _shown(request)


@put("/api/account", operation_id="ChangeAccount", tags=TAGS, responses=WRITES)
async def change(request: Asked, data: JSONBody[Details]) -> DetailsShown:
    """Correct her details."""
    async with transaction(doors(request).engine) as session:
        await desk.change_details(session, client_of(request), data, now=await now(session))
    return await _shown(request)


@post("/api/account/preferences", operation_id="TellPreference", tags=TAGS, responses=WRITES)
async def tell(request: Asked, data: JSONBody[Like]) -> DetailsShown:
    """Tell us something she likes."""
    async with transaction(doors(request).engine) as session:
        await desk.tell_preference(session, client_of(request), data.words, now=await now(session))
    return await _shown(request)


@put(
    "/api/account/preferences/{like_id:uuid}",
    operation_id="CorrectPreference",
    tags=TAGS,
    responses={**WRITES, **NOT_HERS},
)
async def correct(request: Asked, like_id: FromPath[UUID], data: JSONBody[Like]) -> DetailsShown:
    """Confirm what we believe, or say it better."""
    async with transaction(doors(request).engine) as session:
        await desk.correct_preference(
            session, client_of(request), like_id, data.words, now=await now(session)
        )
    return await _shown(request)


@delete(
    "/api/account/preferences/{like_id:uuid}",
    operation_id="ForgetPreference",
    tags=TAGS,
    status_code=200,
    responses={**SIGN_IN, **NOT_MEANT, **NOT_HERS},
)
async def forget(request: Asked, like_id: FromPath[UUID]) -> DetailsShown:
    """Have us forget it."""
    async with transaction(doors(request).engine) as session:
        await desk.forget_preference(session, client_of(request), like_id, now=await now(session))
    return await _shown(request)


@put(
    "/api/account/addresses/{address_id:uuid}",
    operation_id="ChangeAddress",
    tags=TAGS,
    responses={**WRITES, **NOT_HERS},
)
async def change_address(
    request: Asked, address_id: FromPath[UUID], data: JSONBody[AddressNotes]
) -> DetailsShown:
    """Correct the floor, and how to get in."""
    async with transaction(doors(request).engine) as session:
        await book.change_address(
            session, client_of(request), address_id, data, now=await now(session)
        )
    return await _shown(request)


async def _shown(request: Asked) -> DetailsShown:
    async with transaction(doors(request).engine) as session:
        return await desk.show_details(session, client_of(request))


handlers: list[BaseRouteHandler] = [account, change, tell, correct, forget, change_address]
