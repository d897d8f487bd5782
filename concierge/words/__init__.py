"""What the house says, in the reader's language, with amounts and times as she writes them.

English sentences are their own keys. Translations are the `.po` files of
`concierge/locales/<language>/LC_MESSAGES/`, one per room, read once at start-up.
"""

from .formats import format_day, format_money, format_span, format_time, rounded_up_minutes
from .speech import DEFAULT, ONE_SIZE, RIGHT_TO_LEFT, Words, best_language, words_in
from .wardrobe import LETTERED_SIZES, NUMBERED_SIZE, Meant, understood

__all__ = [
    "DEFAULT",
    "LETTERED_SIZES",
    "NUMBERED_SIZE",
    "ONE_SIZE",
    "RIGHT_TO_LEFT",
    "Meant",
    "Words",
    "best_language",
    "format_day",
    "format_money",
    "format_span",
    "format_time",
    "rounded_up_minutes",
    "understood",
    "words_in",
]
