"""Routes: an address of the API costs a page nothing but a look at how its path begins.

Starlette tries one route after another by a regular expression; there are some thirty of the API's before the pages.
"""

from __future__ import annotations

from starlette.routing import Match, Route
from starlette.types import Scope

from web.resources import PREFIX


class ApiRoute(Route):
    """A route whose path begins with the API's prefix."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See Route."""
        if not scope["path"].startswith(PREFIX):
            return Match.NONE, {}
        return super().matches(scope)
