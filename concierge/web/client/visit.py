"""When shall we visit? Where, when, who; then to the card."""

from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect
from msgspec.structs import replace

from concierge.desk.address_book import resolve_address, saved_address, saved_addresses
from concierge.desk.ask_fees import fees_asked
from concierge.desk.book_visit import windows_for
from concierge.desk.choose_pieces import show_selection
from concierge.desk.find_address import Suggestion, find_address
from concierge.desk.offer_windows import Offered
from concierge.model.refusals import (
    BadRequest,
    EmptySelection,
    FeesNotAgreed,
    NotCovered,
    Overtaken,
    PieceTaken,
    Refusal,
    TooManyTries,
    WindowTaken,
)
from concierge.store.transaction import transaction
from concierge.web.doors import Asked, doors
from concierge.web.garments import address as picture
from concierge.web.session import me
from concierge.web.show import show, words_for

from . import visit_form as form_words
from .ordering import AddressAsked, card_page_of, order_visit, whereabouts
from .visit_form import VisitForm, read_form
from .visit_page import VisitPage, draw_calendar


@get("/visit", include_in_schema=False)
async def visit(request: Asked) -> Response[str]:
    """The page, at her last address if she has one."""
    form = VisitForm(language=words_for(request).language)
    client_id = me(request).client_id
    if client_id is not None:
        async with transaction(doors(request).engine) as session:
            known = await saved_addresses(session, client_id)
        if known:
            form = VisitForm(saved=str(known[0].id), language=form.language)
    return await _page(request, form)


@post("/visit", include_in_schema=False)
async def ask(request: Asked) -> Response[str]:
    """Any button of the page: find the address, look at a day, or order and go to the card."""
    form = read_form(await request.form())
    if form.do == form_words.ORDER:
        return await _order(request, form)
    no = _not_said(form)
    return await _page(request, form, wrong=no, status_code=422 if no else 200)


def _not_said(form: VisitForm) -> Refusal | None:
    """What she has left out of what this button needs."""
    if form.do == form_words.FIND and not form.words:
        return BadRequest("Write a street and its number first.", field="address")
    if form.do == form_words.CHOOSE and form.address is None:
        return BadRequest("Choose one of these addresses first.", field="address")
    return None


async def _order(request: Asked, form: VisitForm) -> Response[str]:
    if form.address and not form.windows:
        return await _page(request, form, status_code=422)
    try:
        where = await whereabouts(request, form.address or AddressAsked())
        order = await order_visit(
            request, who=form.who, where=where, windows=form.wanted(), fees=form.fees
        )
    except EmptySelection:
        return Redirect("/selection", status_code=303)
    except (WindowTaken, PieceTaken, Overtaken, FeesNotAgreed) as taken:
        return await _page(request, form, wrong=taken, status_code=409)
    except TooManyTries as enough:
        return await _page(request, form, wrong=enough, status_code=429)
    except (BadRequest, NotCovered) as refusal:
        return await _page(request, form, wrong=refusal, status_code=422)
    page = await card_page_of(request, order.id, order.client_id)
    return Redirect(page or f"/orders/{order.id}?card=silent", status_code=303)


async def _page(
    request: Asked, form: VisitForm, *, wrong: Refusal | None = None, status_code: int = 200
) -> Response[str]:
    """The page as the form has it, with windows as they are this very moment."""
    house, asking, words = doors(request), me(request), words_for(request)
    async with transaction(house.engine) as session:
        selection = await show_selection(session, asking.selection_id, picture=picture)
        saved = await saved_addresses(session, asking.client_id)
    if not selection.pieces:
        return Redirect("/selection", status_code=303)
    form, found, searched = await _find(request, form)
    calendar, fees, not_covered, street, note = None, None, "", "", ""
    if form.address is not None:
        try:
            street, note, offered = await _offer(request, form)
            calendar = draw_calendar(offered, form, words)
            fees = fees_asked(offered.hub, words)
        except NotCovered as refusal:
            not_covered = words.refusal(refusal)
        except PieceTaken as taken:
            wrong = wrong or taken
    page = VisitPage(
        chosen=selection.pieces,
        selection=selection,
        form=form,
        saved=saved,
        street=street or form.line,
        note=note,
        found=found,
        searched=searched,
        not_covered=not_covered,
        calendar=calendar,
        fees=fees,
        held=selection.held
        - selection.fee
        + (max(fees.late, fees.absence) if fees else selection.fee * 0),
        asks_who=asking.client_id is None,
        unchosen=form.do == form_words.ORDER and not form.windows,
        wrong=words.refusal(wrong) if wrong else "",
        wrong_field=wrong.field if isinstance(wrong, BadRequest) else "",
    )
    return show(request, "client/visit.html", page, status_code=status_code)


async def _find(request: Asked, form: VisitForm) -> tuple[VisitForm, list[Suggestion], bool]:
    """Look her address up, if that is what she asked; an exact one is taken at once."""
    if form.do == form_words.CHANGE:
        return replace(form, words=form.line, line="", saved=""), [], False
    looking = form.words and (form.do == form_words.FIND or form.address is None)
    if not looking:
        return form, [], False
    async with transaction(doors(request).engine) as session:
        exact = await resolve_address(session, form.words)
        numbered = exact is not None and any(letter.isdigit() for letter in exact.line)
        found = [] if numbered else await find_address(session, form.words)
    if exact is not None and numbered:
        return replace(form, line=exact.line, saved=""), [], False
    return form, found, True


async def _offer(request: Asked, form: VisitForm) -> tuple[str, str, Offered]:
    """The street and its note, and the windows that can be promised there."""
    house, asking = doors(request), me(request)
    where = await whereabouts(request, form.address or AddressAsked())
    if where.found is not None:
        street, note, place = where.found.line, where.found.near or "", where.found.place
    else:
        async with transaction(house.engine) as session:
            known = await saved_address(session, asking.client_id, where.saved)
        street, note, place = known.street, known.detail, known.place
    offered = await windows_for(
        house.engine,
        house.roads,
        asking.selection_id,
        place,
        language=form.language or words_for(request).language,
        client_id=asking.client_id,
        ready=house.days,
        near=form.shown_day(),
    )
    return street, note, offered


handlers: list[BaseRouteHandler] = [visit, ask]
