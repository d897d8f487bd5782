"""Reads one more job for a VROOM day, and writes which of its windows can be promised."""

from collections.abc import Sequence
from typing import Any, cast

from routing.errors import BadProblem
from routing.offer import Offer
from routing.problem import Problem, Visit

from .day import read_problem
from .fields import Field

Json = dict[str, Any]


def with_job(document: object, job: object) -> tuple[Problem, Visit]:
    """The day with this job asked for as well, and the job as a visit.

    A job of that id which the day has already is asked for anew.

    Raises:
        BadProblem: the day or the job is not one; the sentence names the field.
    """
    read_problem(document)  # so that what is wrong with the day is not blamed on the job
    root, asked = Field("", document, BadProblem), Field("The job", job, BadProblem)
    number = asked.need("id").whole()
    others = [each.value for each in root.elements("jobs") if each.need("id").value != number]
    day = cast("Json", document) | {"jobs": [*others, job]}
    try:
        problem = read_problem(day)
    except BadProblem as wrong:
        sentence = str(wrong).replace(f"jobs[{len(others)}]", "The job")
        raise BadProblem(sentence) from wrong
    return problem, problem.visit(str(number))


def write_offers(visit: Visit, offers: Sequence[Offer]) -> Json:
    """Each window with what promising it would mean, or why it cannot be promised.

    Units: seconds; `added` of driving, `cost` as the plan's.
    """
    return {"id": int(visit.id), "offers": [_offer(each) for each in offers]}


def _offer(offer: Offer) -> Json:
    window = [round(end.timestamp()) for end in (offer.window.opens, offer.window.closes)]
    told: Json = {"time_window": window, "feasible": offer.feasible, "words": offer.words}
    if offer.starts is None or offer.shift is None:
        return told | {"reason": offer.reason}
    return told | {
        "vehicle": int(offer.shift),
        "position": offer.position,
        "starts": round(offer.starts.timestamp()),
        "added": round(offer.added.total_seconds()),
        "cost": offer.cost,
    }
