"""`python -m concierge windows`: how soon a client is told her windows, by the house's doors."""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from statistics import quantiles
from typing import Any

import httpx

from .ports import LOOPBACK, PAGES
from .progress import say
from .running import address
from .state import state
from .story import STREETS
from .story_people import Browser, Refused

HOUSES = range(1, 60)
COLD_MS = 300.0
"""What a new address may take, roads included, nineteen times in twenty."""
AGAIN = 3
"""How often each address is asked about once it is known."""


def main(words: Sequence[str]) -> int:
    """Ask for windows from many addresses; 0 only if new ones are answered soon enough."""
    parser = argparse.ArgumentParser(prog="python -m concierge windows", description=__doc__)
    parser.add_argument("--addresses", type=_some, default=50, help="how many new addresses ask")
    parser.add_argument("--seed", type=int, default=1, help="chooses the addresses")
    parser.add_argument("--url", help="of a demo that this folder has not started")
    asked = parser.parse_args(words)
    url = str(asked.url or address(state()) or f"http://{LOOPBACK}:{PAGES}").rstrip("/")
    chance = random.Random(asked.seed)  # noqa: S311 - the same addresses every time
    try:
        with Browser(url) as her:
            return _measure(her, chance, asked.addresses)
    except Refused as no:
        say(f"The house said no ({no.status}): {no}")
    except httpx.TransportError as silence:
        sys.stderr.write(
            f"Nobody answers at {url}: {silence}. Start `make demo` in this folder and wait until "
            "it says that it is open, or name another demo with --url.\n"
        )
    return 1


def _some(word: str) -> int:
    count = int(word)
    if not 2 <= count <= len(STREETS) * len(HOUSES):
        raise argparse.ArgumentTypeError(f"from 2 to {len(STREETS) * len(HOUSES)} addresses")
    return count


def _measure(her: Browser, chance: random.Random, count: int) -> int:
    """Ask from each address at first and again; 0 if the first answers come soon enough."""
    _choose_a_piece(her)
    new_ms: list[float] = []
    known_ms: list[float] = []
    free = asked = 0
    offered: dict[str, Any] = {}
    for line in _lines(her, chance):
        took_ms, offered = _windows(her, line)
        new_ms.append(took_ms)
        known_ms += [_windows(her, line)[0] for _ in range(AGAIN)]
        windows = [window for day in offered["days"] for window in day["windows"]]
        free += sum(window["state"] in {"free", "last"} for window in windows)
        asked += len(windows)
        if len(new_ms) == count:
            break
    roads = "estimated roads" if offered["estimated"] else "real roads"
    say(f"{count} addresses, {asked:,} windows of {len(offered['days'])} days, {free:,} free.")
    say(f"A new address, {roads} included: {_figures(new_ms)}; goal p95 {COLD_MS:.0f} ms.")
    say(f"The same address again: {_figures(known_ms)}.")
    return 0 if _p95(new_ms) <= COLD_MS and not offered["estimated"] else 1


def _choose_a_piece(her: Browser) -> None:
    """Put something that can be brought into her selection.

    Raises:
        Refused: there is nothing to try.
    """
    for card in her.ask("GET", "/api/pieces")["cards"]:
        style = her.ask("GET", f"/api/pieces/{card['slug']}")
        for size in (size for colour in style["colours"] for size in colour["sizes"]):
            if size["pieces"] > 0:
                her.ask("PUT", f"/api/selection/{size['variant']}")
                return
    raise Refused(409, "There is nothing to try.")


def _lines(her: Browser, chance: random.Random) -> Iterator[str]:
    """Addresses of the city, each once, as they are suggested to whoever types them."""
    typed = [f"{street} {house}" for street in STREETS for house in HOUSES]
    for words in chance.sample(typed, len(typed)):
        yield her.ask("POST", "/api/address-searches", {"words": words})[0]["line"]


def _windows(her: Browser, line: str) -> tuple[float, dict[str, Any]]:
    """Milliseconds until the windows are there, and the windows."""
    begun = time.perf_counter()
    offered = her.ask("POST", "/api/window-searches", {"address": {"line": line}})
    return (time.perf_counter() - begun) * 1000, offered


def _p95(took_ms: Sequence[float]) -> float:
    return quantiles(took_ms, n=20, method="inclusive")[-1]


def _figures(took_ms: Sequence[float]) -> str:
    half = quantiles(took_ms, n=2, method="inclusive")[0]
    return f"p50 {half:.0f} ms, p95 {_p95(took_ms):.0f} ms"
