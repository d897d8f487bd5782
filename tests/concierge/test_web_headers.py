import re

import httpx
import pytest

from concierge.web.guards import ACCESS, EVERYONE

from .web_house import WebHouse

PAGES = ["/sign-in", "/sign-in/some-token", "/staff", "/demo", "/demo/postbox", "/no-such-page"]
OPEN = [
    row.removeprefix("GET ")
    for row, roles in ACCESS.items()
    if row.startswith("GET ") and roles == EVERYONE and "{" not in row and "/live" not in row
]
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE
)
ELSEWHERE = re.compile(r"""(?:src=|action=|<link[^>]*href=)["']?(?:https?:)?//""", re.IGNORECASE)


def policy(answer: httpx.Response) -> dict[str, str]:
    rules = answer.headers["content-security-policy"].split("; ")
    return {name: value for name, _, value in (rule.partition(" ") for rule in rules)}


@pytest.mark.parametrize("path", [*OPEN, "/no-such-page"])
async def test_every_answer_says_to_run_only_what_is_ours(house: WebHouse, path: str) -> None:
    browser = await house.browser()
    answer = await browser.page(path)
    rules = policy(answer)
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["style-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert rules["base-uri"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "camera=(self)" in answer.headers["permissions-policy"]


async def test_forms_may_lead_to_the_card_page_and_nowhere_else(house: WebHouse) -> None:
    browser = await house.browser()
    rules = policy(await browser.page("/sign-in"))
    assert rules["form-action"] == "'self' http://127.0.0.1:8010"


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_carries_script_or_style_inside_it(house: WebHouse, path: str) -> None:
    browser = await house.browser()
    answer = await browser.page(path)
    assert answer.headers["content-type"].startswith("text/html")
    assert INLINE.findall(answer.text) == []
    assert ELSEWHERE.findall(answer.text) == []


@pytest.mark.parametrize("path", PAGES)
async def test_pages_stay_out_of_caches(house: WebHouse, path: str) -> None:
    browser = await house.browser()
    assert (await browser.page(path)).headers["cache-control"] == "no-store"


async def test_built_files_may_be_kept_for_ever(house: WebHouse) -> None:
    browser = await house.browser()
    page = await browser.page("/sign-in")
    sheet = re.search(r'href="(/assets/base-[^"]+\.css)"', page.text)
    assert sheet is not None
    answer = await browser.get(sheet[1])
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1:9999", "127.0.0.1:8000.evil.test"])
async def test_another_hosts_name_is_not_ours(house: WebHouse, host: str) -> None:
    browser = await house.browser()
    assert (await browser.get("/sign-in", headers={"host": host})).status_code == 400


async def test_this_machines_other_name_is_ours(house: WebHouse) -> None:
    browser = await house.browser()
    answer = await browser.get("/health", headers={"host": "localhost:8000"})
    assert answer.status_code == 200


async def test_a_body_larger_than_a_page_ever_sends_is_refused(house: WebHouse) -> None:
    browser = await house.browser()
    await browser.page("/sign-in")
    answer = await browser.send_form("/language", language="x" * 1_100_000)
    assert answer.status_code == 413
