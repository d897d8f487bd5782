"""Strange values, made from the API's own description: mostly right, often a little wrong."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

Schema = Mapping[str, Any]

WORDS = (
    "", "a", "\0", "'; drop table orders;--", "é" * 50, "x" * 5_000, "<b>", "../..", "%",
    "\u202e", "en", "vasa", "a@b.example", "Linnégatan 12", "\n", " ",
)  # fmt: skip
NUMBERS = (0, 1, -1, 2, 5, 2**31 - 1, 2**31, 2**63, -(2**63), 10**18)
WRONG: tuple[object, ...] = (None, 1, -1, 2**70, 1.5, "x", [], {}, True, "\0")
DAYS = ("0001-01-01", "9999-12-31", "2026-11-23", "2026-11-24", "2028-02-29", "x")
MOMENTS = (
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-11-23T09:00:00", "garbage",
    "2026-11-23T14:50:00+01:00",
)  # fmt: skip
HOW_OFTEN_WRONG = 0.05
DEEPEST = 8


@dataclass
class Strange:
    """Makes values for a description's schemas. `ids` are real ones, `examples` whole bodies."""

    description: Schema
    chance: random.Random
    ids: Sequence[str]
    examples: Mapping[str, Sequence[object]]

    def path(self, template: str, operation: Schema) -> str:
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                name = parameter["name"]
                word = "vasa" if name == "hub" else self.value(parameter["schema"])
                template = template.replace(f"{{{name}}}", quote(str(word), safe="") or "x")
        return template

    def query(self, operation: Schema) -> dict[str, str]:
        return {
            parameter["name"]: str(self.value(parameter["schema"]))
            for parameter in operation.get("parameters", ())
            if parameter["in"] == "query" and (parameter.get("required") or self._perhaps(0.5))
        }

    def body(self, operation: Schema) -> object:
        known = self.examples.get(operation["operationId"])
        if known and self._perhaps(0.5):
            return self.chance.choice(known)
        content: Schema = operation["requestBody"]["content"]
        return self.value(next(iter(content.values()))["schema"])

    def value(self, schema: Schema, depth: int = 0) -> Any:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            schema = self.description["components"]["schemas"][name]
        if depth > DEEPEST or self._perhaps(HOW_OFTEN_WRONG):
            return self.chance.choice(WRONG)
        for several in ("oneOf", "anyOf"):
            if several in schema:
                return self.value(self.chance.choice(schema[several]), depth + 1)
        if "enum" in schema:
            return self.chance.choice(schema["enum"])
        return self._plain(schema, depth)

    def _plain(self, schema: Schema, depth: int) -> Any:
        match schema.get("type"):
            case "object":
                needed: Sequence[str] = schema.get("required", ())
                return {
                    name: self.value(each, depth + 1)
                    for name, each in schema.get("properties", {}).items()
                    if name in needed or self._perhaps(0.6)
                }
            case "array":
                many = self.chance.choice((0, 1, 1, 2, 3, 14))
                return [self.value(schema.get("items", {}), depth + 1) for _ in range(many)]
            case "integer" | "number":
                return self.chance.choice(NUMBERS)
            case "boolean":
                return self._perhaps(0.5)
            case "null":
                return None
            case _:
                known = {"uuid": [*self.ids, "x"], "date": DAYS, "date-time": MOMENTS}
                return self.chance.choice(known.get(schema.get("format", ""), WORDS))

    def _perhaps(self, how_often: float) -> bool:
        return self.chance.random() < how_often
