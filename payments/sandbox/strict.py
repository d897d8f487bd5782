"""Holds every request and every answer to the SDK's own types. For tests: it costs a second."""

import json
from typing import Any


class Strict:
    """Watches the traffic and remembers what was wrong with it."""

    def __init__(self) -> None:
        from payments.contract import Contract  # noqa: PLC0415 - the SDK takes a second to load

        self._contract = Contract()
        self._checked: dict[str, int] = {}
        self._faults: list[str] = []

    def request(self, method: str, path: str, form: str) -> list[str]:
        """What is wrong with a request."""
        name = f"{method} {path}"
        self._checked[name] = self._checked.get(name, 0) + 1
        return self._note(name, self._contract.request_faults(method, path, form))

    def answer(self, method: str, path: str, status: int, body: str) -> list[str]:
        """What is wrong with an answer."""
        found = self._contract.answer_faults(method, path, status, json.loads(body))
        return self._note(f"{status} of {method} {path}", found)

    def event(self, doc: dict[str, Any]) -> list[str]:
        """What is wrong with an event."""
        return self._note(f"event {doc['type']}", self._contract.event_faults(doc))

    def report(self) -> dict[str, Any]:
        """How much was checked, and everything that was wrong."""
        return {
            "checked": sum(self._checked.values()),
            "calls": self._checked,
            "faults": self._faults,
        }

    def _note(self, name: str, found: list[str]) -> list[str]:
        self._faults += [f"{name}: {fault}" for fault in found]
        return found
