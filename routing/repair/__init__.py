"""Ways out when something happens to a day under way.

Import it where plans are made: it loads the search.
"""

from .repair import repair

__all__ = ["repair"]
