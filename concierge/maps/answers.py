"""What OSRM says, as far as we listen.

Source: OSRM HTTP API v1, https://project-osrm.org/docs/v5.24.0/api/ (responses of the nearest,
route and table services); run against 26.10.
"""

import msgspec


class Waypoint(msgspec.Struct):
    """Where a coordinate was moved to, `(longitude, latitude)`, and by how many metres."""

    location: tuple[float, float]
    distance: float


class Answer(msgspec.Struct, kw_only=True):
    """What every answer carries: `code` is "Ok" or the reason."""

    code: str
    message: str = ""


class NearestAnswer(Answer):
    """The road nearest to a coordinate."""

    waypoints: list[Waypoint] = []


class TableAnswer(Answer):
    """Drive times and distances, row = from; null where no road leads."""

    sources: list[Waypoint] = []
    destinations: list[Waypoint] = []
    durations: list[list[float | None]] = []
    distances: list[list[float | None]] = []


class LineString(msgspec.Struct):
    """A GeoJSON line."""

    coordinates: list[tuple[float, float]]


class FoundRoute(msgspec.Struct):
    """One way to drive it, in seconds and metres."""

    geometry: LineString
    duration: float
    distance: float


class RouteAnswer(Answer):
    """Ways to drive through the coordinates asked for, best first."""

    waypoints: list[Waypoint] = []
    routes: list[FoundRoute] = []
