"""The only door to Numba: functions made into machine code once, kept for the next start."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba

from routing.kernels import folder

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

_NUMBA = cast("Any", numba)
_KEPT_IN = folder()
if _KEPT_IN is not None:
    _NUMBA.config.CACHE_DIR = str(_KEPT_IN)


def compiled(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """The same function in machine code, compiled when first called or read from its folder."""
    made = _NUMBA.njit(cache=_KEPT_IN is not None, nogil=True, _nrt=True)(function)
    return cast("Callable[Given, Answer]", made)


def hot(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """The same, for what runs in every step: it must not make arrays, nor answer with one.

    Numba then does without counting references, which took a third of the search's time. Whoever
    calls it has it written out in place: handing over a day's forty arrays took half the rest.
    """
    return _without_counting(function, in_place=True)


def apart(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Like `hot` for what is rarely called: not written out, so that compiling takes less long."""
    return _without_counting(function, in_place=False)


def _without_counting(
    function: Callable[Given, Answer], *, in_place: bool
) -> Callable[Given, Answer]:
    made = _NUMBA.njit(
        cache=_KEPT_IN is not None,
        nogil=True,
        _nrt=False,
        forceinline=in_place,
        error_model="numpy",
    )(function)
    return cast("Callable[Given, Answer]", made)
