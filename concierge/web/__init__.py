"""The house over HTTP. Handlers parse, call one verb of the desk, and pick a page.

How a page is added
    1. A small page struct (`msgspec.Struct`, frozen) holds what the template shows; never a row.
    2. A template in `templates/<room>/`, `{% extends "base_page.html" %}` (client pages) or
       `"base_app.html"` (a Svelte app mounts there). What templates may use is said in `pages`.
    3. A handler in its room, listed in the room's `handlers`:

           @get("/pieces/{style:str}", include_in_schema=False)
           async def piece(request: Asked, style: FromPath[str]) -> Response[str]:
               async with transaction(doors(request).engine) as session:
                   page = await show_style(session, style, for_whom=me(request).client_id)
               return show(request, "client/piece.html", page)

       `me(request)` is who asks; `doors(request)` has the engine, the roads, the card gateway and
       the settings; `words_for(request)` her language. Return type `Response[str]`, or `Redirect`
       with 303 after a POST. Parameters are `FromPath`, `FromQuery`, `URLEncodedBody[Form]`,
       `JSONBody[Wish]`; a bare one is deprecated and fails the tests. A `Refusal`
       that is raised becomes a page or problem+json.
    4. A row in `guards.ACCESS`: `"GET /pieces/{style}": EVERYONE`. Without it the page is refused.
    5. Every form posts `{{ csrf_field() }}`; scripts send `X-CSRF-Token` (`ui/shared/api.ts`).
       A door that proves its caller by signature says `opt={NO_CSRF: True}`.
    6. No inline scripts, styles or `style` attributes: the policy of every page forbids them.
    7. Every sentence goes through `_()`; its translations live in
       `locales/<language>/LC_MESSAGES/<room>.po`.
"""
