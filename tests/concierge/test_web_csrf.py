import httpx
import pytest

from concierge.web.session import csrf_of

from .web_house import BASE, Browser, WebHouse


async def speak(browser: Browser, **headers: str) -> httpx.Response:
    return await browser.post(
        "/language", data={"language": "sv"}, headers={"accept": "application/json", **headers}
    )


def kind(answer: httpx.Response) -> str:
    return answer.json()["type"].rpartition(":")[2]


async def a_browser_on_a_page(house: WebHouse) -> Browser:
    browser = await house.browser()
    await browser.page("/sign-in")
    return browser


async def test_a_command_with_the_pages_token_is_done(house: WebHouse) -> None:
    browser = await a_browser_on_a_page(house)
    answer = await speak(browser, **{"x-csrf-token": browser.csrf, "origin": BASE})
    assert answer.status_code == 303
    assert 'lang="sv"' in (await browser.page("/sign-in")).text


async def test_a_form_brings_its_token_in_a_hidden_field(house: WebHouse) -> None:
    browser = await a_browser_on_a_page(house)
    answer = await browser.send_form("/language", language="fr", next="/staff")
    assert answer.headers["location"] == "/staff"


async def test_a_command_without_a_token_is_not_meant(house: WebHouse) -> None:
    browser = await a_browser_on_a_page(house)
    answer = await speak(browser)
    assert answer.status_code == 403
    assert kind(answer) == "csrf"


async def test_another_visits_token_is_no_use(house: WebHouse) -> None:
    mine, other = await a_browser_on_a_page(house), await a_browser_on_a_page(house)
    answer = await speak(mine, **{"x-csrf-token": other.csrf})
    assert answer.status_code == 403


async def test_a_token_of_ones_own_making_is_no_use(house: WebHouse) -> None:
    browser = await house.browser()
    browser.cookies.set("visit", "made-up", domain="127.0.0.1")
    answer = await speak(browser, **{"x-csrf-token": csrf_of("made-up")})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.test"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8001"},
        {"origin": "https://127.0.0.1:8000"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a_command_from_another_site_is_refused_even_with_the_token(
    house: WebHouse, headers: dict[str, str]
) -> None:
    browser = await a_browser_on_a_page(house)
    answer = await speak(browser, **{"x-csrf-token": browser.csrf, **headers})
    assert answer.status_code == 403
    assert kind(answer) == "csrf"


async def test_a_program_that_says_nothing_of_its_origin_still_needs_the_token(
    house: WebHouse,
) -> None:
    browser = await a_browser_on_a_page(house)
    assert (await speak(browser)).status_code == 403
    assert (await speak(browser, **{"x-csrf-token": browser.csrf})).status_code == 303


async def test_the_token_changes_with_sign_in(house: WebHouse) -> None:
    client = await house.client()
    browser = await a_browser_on_a_page(house)
    before = browser.csrf
    await browser.send_form(f"/demo/clients/{client.id}/visits")
    assert (await speak(browser, **{"x-csrf-token": before})).status_code == 403


async def test_only_doors_that_prove_their_caller_go_without(house: WebHouse) -> None:
    exempt = {
        route.path_format
        for route in house.app.routes
        for handler in getattr(route, "route_handlers", [])
        if handler.opt.get("no_csrf")
    }
    assert exempt <= {"/webhooks/stripe"}
