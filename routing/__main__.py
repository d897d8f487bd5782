"""Plans and judges days from the command line, in VROOM's JSON.

    python -m routing plan DAY.json --seconds 10 --out PLAN.json
    python -m routing check DAY.json PLAN.json
    python -m routing offer DAY.json PLAN.json JOB.json
    python -m routing bench [DIR]
    python -m routing warm

Exit status: 0 when planned, good or offered, also if visits stay unassigned with their reasons;
1 when a plan breaks a rule; 2 when the input is malformed or contradicts itself: then standard
error holds one sentence and nothing is written.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from .check import check
from .errors import BadPlan, BadProblem, RoutingError
from .offer import offers
from .plan import Plan
from .problem import Problem
from .vroom import (
    read_plan,
    read_problem,
    read_steps,
    with_job,
    write_offers,
    write_plan,
)

TELL_S = 10
"""How often a person is told that compiling goes on."""


class _Parser(argparse.ArgumentParser):
    """Refuses what it cannot read in one sentence, as everything else is refused here."""

    def error(self, message: str) -> NoReturn:
        """Say it and leave with status 2."""
        sys.exit(_complain(f"{message.removeprefix('argument ')}."))


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; the exit status."""
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.do(asked))
    except RoutingError as wrong:
        return _complain(str(wrong))
    except OSError as wrong:
        return _complain(f"{wrong.filename}: {wrong.strerror}.")


def _plan(asked: argparse.Namespace) -> int:
    from .solver import plan_day  # noqa: PLC0415 - OR-Tools takes a second to load; judging needs none

    if asked.out is not None and (asked.out.is_dir() or not asked.out.parent.is_dir()):
        raise BadPlan(f"{asked.out} is no place for a file.")
    document = _json(asked.day, BadProblem)
    problem = read_problem(document)
    plan = plan_day(
        problem,
        seconds=asked.seconds,
        seed=asked.seed,
        engine=asked.engine,
        incumbent=read_steps(problem, document),
        progress=_told_each_second(),
    )
    plan = plan if problem.visits else replace(plan, words="There are no jobs")
    _write(write_plan(problem, plan, document), asked.out)
    sys.stderr.write(f"{plan.words}.\n")
    return 0


def _check(asked: argparse.Namespace) -> int:
    document = _json(asked.day, BadProblem)
    problem = read_problem(document)
    if asked.plan is None:
        plan = read_steps(problem, document)
        if plan is None:
            raise BadPlan(f"{asked.day} has no steps in its vehicles; name a plan to judge.")
    else:
        plan = read_plan(problem, _json(asked.plan, BadPlan))
    broken = _judge(problem, plan)
    sys.stdout.write("" if broken else "The plan keeps every rule.\n")
    return broken


def _offer(asked: argparse.Namespace) -> int:
    document = _json(asked.day, BadProblem)
    before = read_problem(document)
    plan = read_plan(before, _json(asked.plan, BadPlan))
    problem, visit = with_job(document, _json(asked.job, BadProblem))
    if plan.stop_of(visit.id) is not None:
        raise BadPlan(f"Job {visit.id} is planned already.")
    if broken := _judge(before, plan):
        return broken
    _write(write_offers(visit, offers(problem, plan, visit, visit.windows)), asked.out)
    return 0


def _judge(problem: Problem, plan: Plan) -> int:
    """Say what a plan breaks; the exit status."""
    violations = check(problem, plan)
    for violation in violations:
        sys.stdout.write(f"{violation.rule}: {violation.words}\n")
    return 1 if violations else 0


def _told_each_second() -> Callable[[float, int], None]:
    """Progress for a person: the best cost so far, no more than once a second."""
    told = [-1.0]

    def tell(elapsed: float, cost: int) -> None:
        if elapsed - told[0] >= 1:
            told[0] = elapsed
            sys.stderr.write(f"{elapsed:5.1f} s: cost {cost:,}\n")

    return tell


def _write(answer: object, out: Path | None) -> None:
    """The answer as JSON; a file holds all of it or is not touched."""
    text = json.dumps(answer, indent=1, ensure_ascii=False) + "\n"
    if out is None:
        sys.stdout.write(text)
        return
    unfinished = out.with_name(out.name + ".part")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)


def _bench(asked: argparse.Namespace) -> int:
    from .bench.run import bench  # noqa: PLC0415 - as above

    bench(
        asked.folder,
        rows=asked.rows,
        peers=asked.peers,
        full=asked.full,
        seconds=asked.seconds,
        seeds=asked.seeds,
    )
    return 0


def _warm(_: argparse.Namespace) -> int:
    from .search import warm  # noqa: PLC0415 - Numba is loaded where plans are made, nowhere else

    sys.stderr.write("Compiling the search: minutes the first time, seconds from then on.\n")
    begun, over = time.monotonic(), threading.Event()

    def tell() -> None:
        while not over.wait(TELL_S):
            sys.stderr.write(f"{time.monotonic() - begun:5.0f} s: compiling\n")

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        warm()
    finally:
        over.set()
        teller.join()
    sys.stderr.write(f"Ready after {time.monotonic() - begun:.0f} s.\n")
    return 0


def _json(path: Path, error: type[RoutingError]) -> Any:
    def refuse(constant: str) -> NoReturn:
        raise error(f"{path} holds {constant}, which is not a number.")

    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise error(f"{path} is not JSON: {wrong}.") from wrong


def _complain(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 2


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 86400 seconds")
    return seconds


def _seed(text: str) -> int:
    seed = int(text)
    if not 0 <= seed < 1 << 31:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to {(1 << 31) - 1}")
    return seed


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m routing", description="Plans days of visits.")
    commands = parser.add_subparsers(required=True, metavar="plan | check | offer | bench | warm")
    plan = commands.add_parser("plan", help="plan a day given as VROOM JSON")
    plan.add_argument("day", type=Path, metavar="DAY.json")
    plan.add_argument("--seconds", type=_seconds, default=10.0, help="how long to search")
    plan.add_argument("--seed", type=_seed, default=0)
    plan.add_argument(
        "--engine",
        choices=("search", "ortools"),
        default="search",
        help="ortools plans without our search",
    )
    plan.add_argument("--out", type=Path, metavar="PLAN.json", help="standard output without it")
    plan.set_defaults(do=_plan)
    judge = commands.add_parser("check", help="judge a plan given as VROOM's answer")
    judge.add_argument("day", type=Path, metavar="DAY.json")
    judge.add_argument(
        "plan", type=Path, nargs="?", metavar="PLAN.json", help="the day's own steps without it"
    )
    judge.set_defaults(do=_check)
    ask = commands.add_parser("offer", help="which windows of one more job can be promised")
    ask.add_argument("day", type=Path, metavar="DAY.json")
    ask.add_argument("plan", type=Path, metavar="PLAN.json")
    ask.add_argument("job", type=Path, metavar="JOB.json")
    ask.add_argument("--out", type=Path, metavar="OFFERS.json", help="standard output without it")
    ask.set_defaults(do=_offer)
    measure = commands.add_parser("bench", help="measure this machine, beside its peers")
    measure.add_argument(
        "folder", type=Path, nargs="?", metavar="DIR", help="of Solomon's or Homberger's *.txt"
    )
    measure.add_argument("--full", action="store_true", help="everything, in hours")
    measure.add_argument(
        "--rows", type=_names, default=(), metavar="NAME,…", help="only these goals"
    )
    measure.add_argument(
        "--peers",
        type=_names,
        metavar="NAME,…",
        help='only these beside ours, "OR-Tools ILS" or PyVRP for instance; "none" for nobody',
    )
    measure.add_argument("--seconds", type=_seconds, help="for each plan, whatever its goal says")
    measure.add_argument("--seeds", type=int, choices=range(1, 11), metavar="N")
    measure.set_defaults(do=_bench)
    ready = commands.add_parser("warm", help="compile the search, so that no plan waits for it")
    ready.set_defaults(do=_warm)
    return parser


if __name__ == "__main__":
    sys.exit(main())
