"""What a concierge may be asked to bring: written short in rows, in words for the planner."""

from collections.abc import Iterable

_TONGUES = {
    "ar": "Arabic",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "it": "Italian",
    "ja": "Japanese",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "zh": "Chinese",
}


def tongue(language: str) -> str:
    """The skill of speaking this language, as rows hold it: `lang:fr`."""
    return f"lang:{language}"


def eye(speciality: str) -> str:
    """The skill of dressing for this, as rows hold it: `style:evening`."""
    return f"style:{speciality}"


def in_words(skills: Iterable[str]) -> frozenset[str]:
    """The same skills as the planner compares and says them: "French", "evening styling"."""
    return frozenset(_in_words(skill) for skill in skills)


def _in_words(skill: str) -> str:
    kind, _, name = skill.partition(":")
    match kind:
        case "lang":
            return _TONGUES.get(name, name)
        case "style":
            return f"{name} styling"
        case _:
            return skill
