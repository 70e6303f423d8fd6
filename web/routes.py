"""Routes: an address leads to its endpoint by how it begins, in a few looks.

Starlette tries one regular expression after another, and there are some sixty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send


class Signpost(BaseRoute):
    """All routes as one. What has nothing to be filled in comes before what has; else the first that matches is it."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._whole = {route.path: route for route in self.routes if "{" not in route.path}
        self._beginning: dict[str, list[Route]] = {}
        for route in self.routes:
            begins, brace, _ = route.path.partition("{")
            if brace:
                self._beginning.setdefault(begins[: begins.rindex("/") + 1], []).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See BaseRoute."""
        for route in self._routes_of(scope["path"]):
            match, found = route.matches(scope)
            if match is not Match.NONE:
                return match, {"route": route, **found}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See BaseRoute."""
        await scope["route"].handle(scope, receive, send)

    def _routes_of(self, path: str) -> Iterator[Route]:
        """Those that the path may be of; of what is filled in, the longest beginning first."""
        if route := self._whole.get(path):
            yield route
        end = len(path)
        while (end := path.rfind("/", 0, end)) >= 0:
            yield from self._beginning.get(path[: end + 1], ())
