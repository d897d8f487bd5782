"""Reads Stripe's form encoding: `line_items[0][price_data][currency]=sek` and the like."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, cast
from urllib.parse import parse_qsl

from .refusals import invalid

Tree = dict[str, Any]


@lru_cache(maxsize=1_000)
def tree(text: str) -> Tree:
    """The form as nested mappings of text; lists are mappings with numbers for names.

    It is only read: the same question is parsed once.
    """
    root: Tree = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, *rest = re.split(r"\]\[|\[", name.rstrip("]"))
        at, key = root, first
        for part in rest:
            at = at.setdefault(key, {})
            key = part or str(len(at))
        at[key] = value
    return root


class Params:
    """What was asked, read by name and kind; every surprise is refused in Stripe's words."""

    def __init__(self, root: Tree, path: str = "") -> None:
        self.root = root
        self._path = path

    def only(self, allowed: Iterable[str]) -> "Params":
        """Refuse any other name, as Stripe does."""
        for name in self.root.keys() - set(allowed):
            words = f"Received unknown parameter: {self._full(name)}"
            raise invalid(words, self._full(name), "parameter_unknown")
        return self

    def text(self, name: str, default: str | None = None) -> str | None:
        """A text, or `default`."""
        value = self.root.get(name, default)
        if value is not None and not isinstance(value, str):
            raise invalid(f"Invalid string: {self._full(name)}", self._full(name))
        return value

    def must(self, name: str) -> str:
        """A text that has to be there."""
        value = self.text(name)
        if not value:
            words = f"Missing required param: {self._full(name)}."
            raise invalid(words, self._full(name), "parameter_missing")
        return value

    def integer(self, name: str, default: int | None = None) -> int | None:
        """A whole number, or `default`."""
        value = self.text(name)
        if value is None:
            return default
        if not re.fullmatch(r"-?\d{1,18}", value):
            words = f"Invalid integer: {value}"
            raise invalid(words, self._full(name), "parameter_invalid_integer")
        return int(value)

    def flag(self, name: str) -> bool:
        """Yes or no; no when it is not said."""
        value = self.text(name, "false")
        if value not in {"true", "false"}:
            raise invalid(f"Invalid boolean: {value}", self._full(name))
        return value == "true"

    def choice(self, name: str, choices: Iterable[str], default: str | None = None) -> str | None:
        """One of a few words, or `default`."""
        value = self.text(name, default)
        if value is not None and value not in (known := tuple(choices)):
            words = f"Invalid {self._full(name)}: must be one of {', '.join(known)}"
            raise invalid(words, self._full(name))
        return value

    def inner(self, name: str) -> "Params":
        """The parameters under a name; none when it is not there."""
        value = self.root.get(name, {})
        if not isinstance(value, Mapping):
            raise invalid(f"Invalid object: {self._full(name)}", self._full(name))
        return Params(cast("Tree", value), self._full(name))

    def rows(self, name: str) -> list["Params"]:
        """A list of parameters, in its order."""
        listed = self.inner(name)
        places = sorted(listed.root, key=lambda place: (len(place), place))
        return [listed.inner(place) for place in places]

    def words(self, name: str) -> list[str]:
        """A list of texts, in its order."""
        listed = self.inner(name)
        return [listed.must(place) for place in sorted(listed.root)]

    def metadata(self) -> dict[str, str]:
        """The caller's own words on an object: 50 at most, 40 and 500 characters long."""
        written = self.inner("metadata")
        found = {name: written.text(name) or "" for name in written.root}
        if len(found) > 50 or any(len(k) > 40 or len(v) > 500 for k, v in found.items()):
            raise invalid("Metadata is too long.", "metadata")
        return found

    def _full(self, name: str) -> str:
        return f"{self._path}[{name}]" if self._path else name
