"""When the story plays, and the seed everything follows from."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

SEED = 1
ZONE = ZoneInfo("Europe/Stockholm")
STORY_DAY = date(2026, 11, 26)
STORY_NOW = datetime(2026, 11, 26, 14, 22, tzinfo=ZONE)
"""The moment the demo opens at: a Thursday, the middle of the afternoon."""
OPENED = datetime(2026, 9, 1, 8, 0, tzinfo=ZONE)
"""When the houses' pieces came in and the first clients signed up."""
PAST_DAYS = 4
COMING_DAYS = 14
