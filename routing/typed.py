"""The one judge of types: a value holds what its fields say, or is refused, the field named."""

import types
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from numbers import Integral, Real
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import numpy as np

from .errors import BadProblem, RoutingError

Fits = Callable[[object], bool]

LONGEST = 60
"""How much of a wrong value is shown."""


def refuse_other_types(value: object, error: type[RoutingError] = BadProblem) -> None:
    """Refuse a value of which a field holds another type than it says, or a time without a zone.

    Raises:
        RoutingError: of this class; the sentence names the field.
    """
    for name, said, fits in _fields(type(value)):
        given = getattr(value, name)
        if not fits(given):
            raise error(f"{_whose(value)} {name} {_complaint(given, said)}.")


def refuse_naive(**moments: datetime | None) -> None:
    """Refuse arguments that are no moments, or have no time zone.

    Raises:
        BadProblem: the sentence names the argument.
    """
    for name, moment in moments.items():
        if moment is not None and not _is_aware(moment):
            raise BadProblem(f"{name} {_complaint(moment, 'datetime')}.")


@cache
def _fields(kind: type) -> tuple[tuple[str, str, Fits], ...]:
    """The fields a caller gives: their names, their types in words, and who fits."""
    hints = get_type_hints(kind)
    asked = [each.name for each in fields(kind) if each.init]
    return tuple((name, _said(hints[name]), _fits(hints[name])) for name in asked)


def _fits(hint: Any) -> Fits:
    """Whether a value is of this type; containers are looked into."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        some = [_fits(each) for each in inner]
        return lambda value: any(fits(value) for fits in some)
    if origin is np.ndarray:
        return lambda value: (
            isinstance(value, np.ndarray)
            and cast("np.ndarray[Any, Any]", value).dtype.kind in "iu"
        )
    if origin is tuple and inner[-1] is not Ellipsis:
        parts = [_fits(each) for each in inner]
        return lambda value: (
            isinstance(value, tuple)
            and len(held := cast("tuple[object, ...]", value)) == len(parts)
            and all(fits(each) for fits, each in zip(parts, held, strict=True))
        )
    if origin in (tuple, frozenset):
        within = _fits(inner[0])
        return lambda value: isinstance(value, origin) and all(map(within, cast("Any", value)))
    return _PLAIN.get(hint, lambda value: isinstance(value, hint))


def _is_aware(value: object) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is not None


_PLAIN: Mapping[Any, Fits] = {
    bool: lambda value: isinstance(value, bool),
    int: lambda value: not isinstance(value, bool) and isinstance(value, Integral),
    float: lambda value: not isinstance(value, bool) and isinstance(value, Real),
    datetime: _is_aware,
}


def _said(hint: Any) -> str:
    """The type as it is written."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return " or ".join(_said(each) for each in inner)
    if origin is np.ndarray:
        return "an array of whole numbers"
    if origin in (tuple, frozenset):
        within = ", ".join("..." if each is Ellipsis else _said(each) for each in inner)
        return f"{origin.__name__}[{within}]"
    return "None" if hint is types.NoneType else str(hint.__name__)


def _whose(value: object) -> str:
    """The value as the beginning of a sentence: "Visit eva's"."""
    kind, named = type(value).__name__, getattr(value, "id", None)
    if isinstance(named, str) and named:
        return f"{kind} {named}'s"
    return f"A {kind[0].lower()}{kind[1:]}'s" if kind[0] not in "AEIOU" else f"An {kind}'s"


def _complaint(given: object, said: str) -> str:
    if isinstance(given, datetime) and "datetime" in said:
        return "needs a time zone"
    shown = "an array of fractions" if isinstance(given, np.ndarray) else repr(given)
    shown = shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
    return f"is {shown}, not {said}"
