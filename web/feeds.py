"""Custom feeds as the database has them: what there are, and what their file says of each. It knows no posts."""

from __future__ import annotations

from typing import Any, NamedTuple

from web.database import Snapshot


class Feed(NamedTuple):
    """A feed."""

    id: str
    number: int
    definition: dict[str, Any]
    """All that the file says of it, with what it left out as it is by default."""

    @property
    def order(self) -> str:
        """newest, scored or board."""
        order: str = self.definition["order"]
        return "board" if order == "rising" else order

    @property
    def board(self) -> str:
        """What the board ranks by that it follows."""
        return "engagement" if self.definition["order"] == "rising" else str(self.definition["board"])

    @property
    def window(self) -> str:
        """The window of that board."""
        return str(self.definition["window"])

    @property
    def days(self) -> int:
        """How long a post stays in it."""
        return int(self.definition["days"])


async def feeds(snapshot: Snapshot) -> list[Feed]:
    """All there are, in the operator's order."""
    return [Feed(**row) for row in await snapshot.rows("query/feeds", id=None)]


async def feed(snapshot: Snapshot, id: str) -> Feed | None:
    """The one of this id."""
    found = await snapshot.rows("query/feeds", id=id)
    return Feed(**found[0]) if found else None
