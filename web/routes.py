"""Routes: an address leads to its endpoint by how it begins, in a few looks.

Starlette tries one regular expression after another, and there are some sixty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send


class Signpost(BaseRoute):
    """All routes as one, of a site at the root of its host. Of several that match it is the first that takes the
    method, as with Starlette; what has nothing to be filled in comes before what has."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._whole: dict[str, Route] = {}
        self._beginning: dict[str, list[Route]] = {}
        for route in self.routes:
            begins, brace, _ = route.path.partition("{")
            if brace:
                self._beginning.setdefault(begins[: begins.rindex("/") + 1], []).append(route)
            else:
                self._whole.setdefault(route.path, route)
        self._lengths = sorted({len(begins) for begins in self._beginning}, reverse=True)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See BaseRoute."""
        found: tuple[Match, Scope] = Match.NONE, {}
        for route in self._routes_of(scope["path"]):
            match, more = route.matches(scope)
            if match is Match.FULL:
                return match, {"route": route, **more}
            if match is Match.PARTIAL and found[0] is Match.NONE:
                found = match, {"route": route, **more}
        return found

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See BaseRoute."""
        await scope["route"].handle(scope, receive, send)

    def _routes_of(self, path: str) -> Iterator[Route]:
        """Those that the path may be of; of what is filled in, the longest beginning first."""
        if route := self._whole.get(path):
            yield route
        for length in self._lengths:
            yield from self._beginning.get(path[:length], ())
