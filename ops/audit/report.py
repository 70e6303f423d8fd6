"""The verdict: what was compared, and every difference by table and key.

It owns how a difference reads. It does not know how any was found.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

# A database that counts nothing differs in every key: all are numbered, so many a table are kept.
KEPT_PER_TABLE_MAX = 1_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Difference(NamedTuple):
    """One key on which the recount and the database do not agree."""

    table: str
    key: tuple[object, ...]
    expected: str
    found: str

    def __str__(self) -> str:
        key = " ".join(str(part) for part in self.key)
        return f"{self.table} {key}: expected {self.expected}, found {self.found}"


@dataclass(slots=True)
class Report:
    """All differences, by number; the first thousand of each table in full."""

    compared: dict[str, int] = field(default_factory=dict)
    by_table: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    @property
    def diff(self) -> int:
        """The number of keys that differ."""
        return self.by_table.total()

    @property
    def exit_code(self) -> int:
        """0 where everything is the same, else 1."""
        return 1 if self.diff else 0

    def differs(self, table: str, key: tuple[object, ...], expected: object, found: object) -> None:
        """Note a difference."""
        self.by_table[table] += 1
        if self.by_table[table] <= KEPT_PER_TABLE_MAX:
            self.differences.append(Difference(table, key, str(expected), str(found)))

    def text(self, first: int = 10) -> str:
        """The verdict for a terminal: one line, and the first few differences of each table."""
        compared = ", ".join(f"{count:,} {what}" for what, count in self.compared.items())
        lines = [f"diff={self.diff} ({compared})"]
        for table, count in self.by_table.items():
            lines.append(f"{table}: {count:,} differ")
            shown = [difference for difference in self.differences if difference.table == table][:first]
            lines.extend(f"  {difference}" for difference in shown)
            if count > len(shown):
                lines.append(f"  and {count - len(shown):,} more")
        return "\n".join(lines)


def moment(time_us: int) -> str:
    """A stream time for readers; a number where no calendar has it."""
    try:
        return (_EPOCH + timedelta(microseconds=time_us)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return str(time_us)
