"""Answering a browser: a page in its language, with its visit's token in the forms."""

from litestar import Response
from litestar.enums import MediaType
from markupsafe import Markup

from concierge.words import Words, best_language, words_in

from .doors import Asked, doors
from .pages import UTC
from .session import CSRF_FIELD, me, visit_of

HOMES = {"client": "/", "visitor": "/", "concierge": "/field/"}


def show(
    request: Asked, template: str, page: object = None, *, status_code: int = 200
) -> Response[str]:
    """The answer to a browser: `template` filled from a small page struct."""
    house = doors(request)
    visit = visit_of(request)

    def csrf_field() -> Markup:
        return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, visit.csrf)

    html = house.pages.render(
        template,
        words_for(request),
        page=page,
        me=me(request),
        csrf=visit.csrf,
        csrf_field=csrf_field,
        path=request.scope["path"],
        home=HOMES.get(me(request).role, "/dispatch"),
    )
    return Response(html, media_type=MediaType.HTML, status_code=status_code)


def words_for(request: Asked) -> Words:
    """The voice this reader is spoken to with: as she chose, else as her browser asks."""
    known = visit_of(request).known
    chosen = known.language if known else None
    language = chosen or best_language(request.headers.get("accept-language", ""))
    return words_in(language, doors(request).zone or UTC)
