"""What chains know of a tour is what trying every place of it would say."""

from hypothesis import assume, given

import routing
from routing.search.chains import Chains, look_into, no_chains, take_out
from routing.search.day import Day, read_day
from routing.search.propose import routes_of
from routing.search.routes import Routes, copy_tour, insert, no_routes
from routing.seconds import duty
from tests.examples import examples

from . import days as d


@given(d.days(most_visits=12))
@examples(60)
def test_who_fits_into_a_tour_or_takes_the_place_of_another_is_known_exactly(
    problem: routing.Problem,
) -> None:
    shifts = [shift for shift in problem.shifts if duty(problem, shift).can_rest]
    assume(shifts)
    day = read_day(problem, shifts, problem.visits)
    routes = routes_of(day, shifts, problem.visits, d.by_insertion(problem))
    chains = no_chains(day)
    for visit in range(len(problem.visits)):
        for shift in range(len(shifts)):
            if day.allowed[visit, shift] and routes.shift_of[visit] != shift:
                look_into(day, routes, chains, visit, shift)
                _is_known(day, routes, chains, visit, shift)


def _is_known(day: Day, routes: Routes, chains: Chains, visit: int, shift: int) -> None:
    beside = _fits(day, routes, visit, shift)
    assert chains.beside[visit, shift] == beside
    for position in range(int(routes.stops[shift])):
        other = routes.tour[shift, position]
        instead = not beside and _fits(day, routes, visit, shift, position)
        assert chains.instead[visit, other] == instead


def _fits(day: Day, routes: Routes, visit: int, shift: int, without: int | None = None) -> bool:
    """Whether the visit can be put anywhere into a copy of the tour, a stop taken out or none."""
    places = int(routes.stops[shift]) + (without is None)
    for place in range(places):
        tried = no_routes(day)
        copy_tour(routes, tried, shift)
        if without is not None:
            take_out(day, tried, shift, without)
        in_time = insert(day, tried, shift, place, visit)
        if in_time and tried.load[shift] <= day.capacity[shift]:
            return True
    return False
