"""What makes our wheel whole: it carries the built pages. Hatch calls this; nothing else does."""

import sys
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuiltPages(BuildHookInterface[BuilderConfig]):
    """Builds the pages before a wheel is packed; an editable install builds them at set-up."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """See the class."""
        del build_data
        if version != "editable":
            sys.path.insert(0, self.root)
            from concierge.embedded.ui import build  # noqa: PLC0415 - the tree is reachable now

            build()
