"""A visit left out says what would make it fit: true, and no smaller change of its kind would."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import routing
from routing.why_not import MINUTE, Ease, Suggestion, why_not
from tests.examples import examples

from . import days as d


def fits(problem: routing.Problem, plan: routing.Plan, visit: routing.Visit) -> bool:
    return routing.Offers(problem, plan).best(visit).feasible


def of(found: tuple[Suggestion, ...], ease: Ease) -> Suggestion:
    return next(each for each in found if each.ease is ease)


def smaller(
    problem: routing.Problem, visit: routing.Visit, said: Suggestion
) -> list[tuple[routing.Problem, routing.Visit]]:
    """The days with the same kind of change, a step smaller."""
    shifts = [shift for shift in problem.shifts if shift.id != said.shift.id]
    less = said.amount - 1
    match said.ease:
        case Ease.WINDOW:
            windows = [
                each
                for hers in visit.windows
                for each in (
                    routing.Window(hers.opens - less * MINUTE, hers.closes),
                    routing.Window(hers.opens, hers.closes + less * MINUTE),
                )
            ]
            return [(problem, replace(visit, windows=(each,))) for each in windows]
        case Ease.SHORTER:
            return [(problem, replace(visit, lasts=visit.lasts - less * MINUTE))]
        case Ease.LATER_END:
            eased = [replace(s, ends=s.ends + less * MINUTE) for s in problem.shifts]
        case Ease.SOONER_START:
            eased = [
                replace(s, starts=s.starts - less * MINUTE)
                for s in problem.shifts
                if s.starts_from is None
            ]
        case Ease.CAPACITY:
            eased = [replace(s, capacity=s.capacity + less) for s in problem.shifts]
        case Ease.SKILL:
            eased = [
                replace(s, skills=s.skills | visit.skills)
                for s in problem.shifts
                if len(visit.skills - s.skills) <= less
            ]
        case Ease.MORE_HANDS:
            free = replace(visit, lock=None)
            short = [
                replace(said.shift, starts=said.shift.starts + MINUTE),
                replace(said.shift, ends=said.shift.ends - MINUTE),
            ]
            return [(replace(problem, shifts=(*shifts, each)), free) for each in short]
        case _:
            return []
    days = []
    for each in eased:
        others = [shift for shift in problem.shifts if shift.id != each.id]
        days.append((replace(problem, shifts=(*others, each)), visit))
    return days


@given(problem=d.days(), half_past=st.booleans())
@examples(60)
def test_every_suggestion_makes_the_visit_fit_and_no_smaller_one_does(
    *, problem: routing.Problem, half_past: bool
) -> None:
    plan = d.by_insertion(problem)
    for left in plan.unplanned:
        visit = problem.visit(left.visit)
        if half_past:
            visit = replace(visit, lasts=visit.lasts + timedelta(seconds=30))
            problem = problem.with_visit(visit)
        if fits(problem, plan, visit):
            continue
        found = why_not(problem, plan, visit.id)
        assert found
        assert Ease.NOTHING not in {each.ease for each in found}
        for said in found:
            day = said.applied(problem)
            place = routing.Offers(day, plan).best(said.visit)
            assert place.feasible, said
            assert (place.shift, place.starts) == (said.shift.id, said.starts)
            booked = routing.insert(day, plan, said.visit, place)
            kept = day.with_visit(replace(said.visit, windows=(place.window,)))
            assert routing.check(kept, booked) == []
            for less, asked in smaller(problem, visit, said):
                assert not fits(less, plan, asked), said


@pytest.fixture
def full_day() -> tuple[routing.Problem, routing.Plan]:
    """Anna is with Mrs Lind at ten; Noor does not speak French; Eva is left out."""
    ten = d.window("10:00", "10:30")
    problem = d.day(
        [
            d.shift("anna", skills=frozenset({"French"}), name="Anna", ends="12:00"),
            d.shift("noor", name="Noor"),
        ],
        [
            d.visit("liv", 10, ten, lasts=60, name="Mrs Lind"),
            d.visit("eva", 10, ten, lasts=60, skills=frozenset({"French"}), name="Mrs Berg"),
        ],
    )
    plan = d.planned(problem, anna=["liv"])
    full = routing.Unplanned("eva", routing.Reason.WINDOWS_FULL, "Anna is busy.")
    cost = routing.price(problem, plan.routes, (full,))
    return problem, replace(plan, unplanned=(full,), cost=cost)


def test_each_kind_of_change_is_said_in_words_a_dispatcher_can_act_on(
    full_day: tuple[routing.Problem, routing.Plan],
) -> None:
    assert [each.words for each in why_not(*full_day, "eva")] == [
        "Offer Mrs Berg 09:30 to 10:00: Anna could come about 09:30.",
        "Make Mrs Berg's visit 30 min shorter, 30 min: Anna could come about 10:00.",
        "Let Mrs Berg do without French: Noor could come about 10:00.",
        "Call in one more concierge with French, 09:50 to 11:15.",
    ]


def test_of_the_windows_the_house_has_the_nearest_that_fits_is_offered(
    full_day: tuple[routing.Problem, routing.Plan],
) -> None:
    house = [d.window(f"{hour}:00", f"{hour + 1}:00") for hour in range(8, 14)]
    offered = of(why_not(*full_day, "eva", windows=house), Ease.WINDOW)
    assert offered.words == "Offer Mrs Berg 09:00 to 10:00: Anna could come about 09:00."
    assert offered.visit.windows[-1] == d.window("09:00", "10:00")
    none = why_not(*full_day, "eva", windows=[d.window("06:00", "07:00")])
    assert Ease.WINDOW not in {each.ease for each in none}


def test_a_shift_is_lengthened_by_the_minute() -> None:
    problem = d.day(
        [d.shift("anna", name="Anna", ends="11:00")],
        [d.visit("eva", 10, d.window("10:00", "10:30"), lasts=60, name="Mrs Berg")],
    )
    found = why_not(problem, d.planned(problem), "eva")
    longer = of(found, Ease.LATER_END)
    assert (longer.amount, longer.shift.ends) == (15, d.at("11:15"))
    assert longer.words == (
        "Let Anna work 15 min longer, until 11:15: Anna could come about 10:00."
    )


def test_nobody_is_asked_to_start_before_now() -> None:
    problem = d.day(
        [d.shift("anna", starts="09:00")],
        [d.visit("eva", 30, d.window("09:00", "09:15"), name="Mrs Berg")],
    )
    plan = d.planned(problem)
    assert of(why_not(problem, plan, "eva"), Ease.SOONER_START).amount == 15
    late = why_not(problem, plan, "eva", now=d.at("08:50"))
    assert Ease.SOONER_START not in {each.ease for each in late}
    hands = of(why_not(problem, plan, "eva", now=d.at("08:40")), Ease.MORE_HANDS)
    assert hands.shift.starts == d.at("08:40")


def test_locks_and_refusals_are_lifted_by_name() -> None:
    problem = d.day(
        [d.shift("anna", name="Anna", capacity=1), d.shift("noor", name="Noor")],
        [
            d.visit("eva", 10, load=3, lock=routing.Lock("anna"), name="Mrs Berg"),
            d.visit("liv", 10, load=3, forbidden=frozenset({"noor"}), name="Mrs Lind"),
        ],
    )
    plan = d.planned(problem)
    eva = why_not(problem, plan, "eva")
    assert of(eva, Ease.LOCK).words == ("Release the lock to Anna: Noor could come about 08:10.")
    assert of(eva, Ease.CAPACITY).amount == 2
    ruled_out = of(why_not(problem, plan, "liv"), Ease.RULED_OUT)
    assert ruled_out.words == (
        "Let Noor come, who is ruled out for Mrs Lind: Noor could come about 08:10."
    )


def test_a_visit_that_fits_needs_nothing_to_change() -> None:
    problem = d.day([d.shift("anna", name="Anna")], [d.visit("eva", 10)])
    (only,) = why_not(problem, d.planned(problem), "eva")
    assert only.words == "Nothing has to change: Anna could come about 08:10."


def test_of_a_visit_that_is_planned_it_says_so() -> None:
    problem = d.day(
        [d.shift("anna", name="Anna")], [d.visit("eva", 10, d.window("10:00", "11:00"))]
    )
    (only,) = why_not(problem, d.planned(problem, anna=["eva"]), "eva")
    assert only.words == "Nothing has to change: Anna comes at 10:00, as planned."


def test_where_nobody_works_somebody_can_be_called_in() -> None:
    problem = d.day([], [d.visit("eva", 10, d.window("10:00", "10:30"))])
    (only,) = why_not(problem, routing.Plan(), "eva")
    assert (only.ease, only.amount, only.starts) == (Ease.MORE_HANDS, 55, d.at("10:00"))
