"""Measures this machine's planning, beside OR-Tools: `python -m routing bench [DIR]`.

Without a folder: invented concierge days, then offers and bookings. With one: every text instance
in it, its distance and its gap to the best known. A row's plans have the same wall time: with our
search, by OR-Tools alone as the engine `ortools` has it, and by OR-Tools as shipped.
"""

import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import numpy as np

from .bench_days import MIDNIGHT, Instance, concierge_day, read_instances
from .change import insert
from .mend import mended
from .offer import Offer, Offers
from .plan import Plan
from .problem import Problem, Visit, Window
from .search import warm
from .solver import plan_as_shipped, plan_day

SIZES = ((12, 60), (30, 150), (60, 400))
"""Shifts and visits of a day."""
AT_ONCE_S = 0.05
"""Too little to search in: what is answered is the first plan."""
DAYS, BOOKED, QUESTIONS = 14, 40, 100
"""Days on offer, visits booked on each, and how often the slots are asked for."""
WINDOWS = tuple(
    Window(MIDNIGHT + timedelta(hours=hour), MIDNIGHT + timedelta(hours=hour + 1))
    for hour in range(8, 18)
)

Answer = TypeVar("Answer")


def bench(folder: Path | None, *, seconds: float, seeds: int) -> None:
    """Print the tables on standard output, and what is being measured on standard error.

    Raises:
        BadProblem: the folder holds no instances that can be read.
    """
    instances = None if folder is None else read_instances(folder)
    _say(f"{_machine()}\n")
    _now("making the search ready")
    warm()
    begun_s, worked_s = time.perf_counter(), time.process_time()
    if instances is None:
        _print_days(seconds, range(1, seeds + 1))
        _print_slots()
    else:
        _print_instances(instances, seconds, range(1, seeds + 1))
    share = (time.process_time() - worked_s) / (time.perf_counter() - begun_s)
    _say(f"\nOf one core this run had {share:.0%}; below 95% others were at work on this machine.")


def _print_days(seconds: float, seeds: Sequence[int]) -> None:
    _say(
        f"Concierge days, {seconds:g} s. Cost is in seconds of driving; 20,000 for each unserved."
    )
    _say("          first plan, s           with search      OR-Tools alone          as shipped")
    _say("day  seed  ours shipped  took      cost   left      cost   left      cost   left   load")
    for shifts, visits in SIZES:
        for seed in seeds:
            name = f"{shifts}x{visits}"
            _now(f"{name}, seed {seed} of {len(seeds)}")
            problem = concierge_day(shifts, visits, seed=seed)
            first_s, _ = _timed(lambda day=problem: plan_day(day, seconds=AT_ONCE_S))
            took_s, ours = _timed(
                lambda day=problem, n=seed: plan_day(day, seconds=seconds, seed=n)
            )
            shipped_first_s, shipped = _shipped(problem, seconds=max(seconds, took_s), seed=seed)
            alone = plan_day(problem, seconds=seconds, seed=seed, engine="ortools")
            _say(
                f"{name:<7}{seed:>2}{first_s:>6.2f}{shipped_first_s:>8}{took_s:>6.1f}"
                f"{_cost(ours)}{_cost(alone)}{_cost(shipped)}{os.getloadavg()[0]:>7.1f}"
            )


def _shipped(problem: Problem, *, seconds: float, seed: int) -> tuple[str, Plan]:
    """OR-Tools as shipped: seconds to its first plan, and its last plan."""
    begun = time.perf_counter()
    told: list[float] = []
    plan = plan_as_shipped(
        problem,
        seconds=seconds,
        seed=seed,
        progress=lambda _, __: told.append(time.perf_counter() - begun),
    )
    return f"{told[0]:.2f}" if told else "none", plan


def _cost(plan: Plan) -> str:
    return f"{plan.cost.total:>10,}{len(plan.unplanned):>7}"


def _print_slots() -> None:
    """Offers over 12 shifts, 14 days and ten windows, and the booking of one."""
    _now(f"slots: booking {DAYS} days")
    days: list[tuple[Problem, Plan]] = []
    for seed in range(DAYS):
        whole = concierge_day(12, BOOKED, seed=seed, extra=QUESTIONS)
        days.append((whole, mended(whole, Plan())))
    ready_s, books = _timed(lambda: [Offers(problem, plan) for problem, plan in days])
    asked_s: list[float] = []
    booked_s: list[float] = []
    for number in range(QUESTIONS):
        if number % 10 == 0:
            _now(f"slots: question {number + 1} of {QUESTIONS}")
        spent, offers = _timed(lambda at=number: [_ask(book, at) for book in books])
        asked_s.append(spent)
        problem, plan = days[number % DAYS]
        found = next((each for each in offers[number % DAYS] if each.feasible), None)
        if found is not None:
            visit = replace(_newcomer(problem, number), windows=(found.window,))
            spent, _ = _timed(
                lambda day=problem, held=plan, who=visit, offer=found: insert(
                    day, held, who, offer
                )
            )
            booked_s.append(spent)
    _say(
        f"\nSlots: 12 shifts x {DAYS} days x {len(WINDOWS)} windows, {BOOKED} visits a day booked"
    )
    _say(f"making the plans ready  {1000 * ready_s:9.2f} ms")
    _say(f"all windows, asked once {_spread(asked_s)}")
    _say(f"booking one             {_spread(booked_s)}")


def _ask(book: Offers, number: int) -> list[Offer]:
    return book.windows(_newcomer(book.problem, number), WINDOWS)


def _newcomer(problem: Problem, number: int) -> Visit:
    """Somebody new, at a place nobody on that day lives at."""
    place = problem.travel.places[-1 - number]
    return replace(problem.visits[number % BOOKED], id="new", place=place, windows=WINDOWS)


def _print_instances(instances: Iterable[Instance], seconds: float, seeds: Sequence[int]) -> None:
    _say(
        f"Text instances, {seconds:g} s. Distance with arcs cut to one decimal; gap to best known."
    )
    _say(f"{'with search':>46}{'OR-Tools alone':>25}{'as shipped':>25}")
    _say(
        "instance  seed   took"
        "   distance  cars     gap   distance  cars     gap   distance  cars     gap   load"
    )
    for each in instances:
        for seed in seeds:
            _now(f"{each.name}, seed {seed} of {len(seeds)}")
            took_s, ours = _timed(
                lambda day=each.problem, n=seed: plan_day(day, seconds=seconds, seed=n)
            )
            _, shipped = _shipped(each.problem, seconds=max(seconds, took_s), seed=seed)
            alone = plan_day(each.problem, seconds=seconds, seed=seed, engine="ortools")
            plans = "".join(f"{_distance(each, plan):>25}" for plan in (ours, alone, shipped))
            _say(f"{each.name:<10}{seed:>4}{took_s:>7.1f}{plans}{os.getloadavg()[0]:>7.1f}")


def _distance(instance: Instance, plan: Plan) -> str:
    if plan.unplanned:
        return f"{len(plan.unplanned):>11} unserved"
    gap = ""
    if instance.best_known is not None:
        gap = f"{100 * (plan.cost.drive / instance.best_known - 1):.2f} %"
    return f"{plan.cost.drive / 10:>11,.1f}{len(plan.routes):>6}{gap:>8}"


def _timed(do: Callable[[], Answer]) -> tuple[float, Answer]:
    begun = time.perf_counter()
    answer = do()
    return time.perf_counter() - begun, answer


def _spread(seconds: Sequence[float]) -> str:
    half, most = np.percentile(seconds, (50, 99)) * 1000
    return f"{half:9.2f} ms p50 {most:9.2f} ms p99, of {len(seconds)}"


def _machine() -> str:
    tools = ", ".join(f"{name} {version(name)}" for name in ("ortools", "numba", "numpy"))
    cores = Path("/proc/cpuinfo")
    models = [
        line.partition(":")[2].strip()
        for line in (cores.read_text().splitlines() if cores.exists() else ())
        if line.startswith("model name")
    ]
    what = f"{len(models)} x {models[0]}" if models else platform.machine()
    return f"Python {platform.python_version()}, {tools}; {platform.system()}, {what}; one thread."


def _now(doing: str) -> None:
    """What is being measured; on a screen it gives way to the next line."""
    on_screen = sys.stderr.isatty()
    sys.stderr.write(f"\r{doing} …\033[K\r" if on_screen else f"{doing} …\n")
    sys.stderr.flush()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
