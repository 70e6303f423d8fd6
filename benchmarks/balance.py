"""The balance of a run: what the database has, and whether it is what was delivered. Fast and wrong is no figure.

It is not the audit, which recounts key by key: it compares sums, in seconds, however many events there were.
"""

from __future__ import annotations

from typing import NamedTuple

from sql.session import connect

_QUERY = """
select
  (select count(*) from epoch),
  (select count(*) from event),
  (select count(*) from quarantine),
  (select coalesce(sum(events), 0)::bigint from lane),
  (select coalesce(sum(duplicates), 0)::bigint from lane),
  (
    select coalesce(sum(events), 0)::bigint
    from (
      select events from network_minute
      union all
      select events from network_tally_0
      union all
      select events from network_tally_1
    ) as tallied
  )
"""


class WrongRun(Exception):
    """The run counted wrong, or was none; says so in one line."""


class Balance(NamedTuple):
    """The sums of one database."""

    epochs: int
    """How often the group was started."""
    rows: int
    """Of the event log."""
    quarantined: int
    lane_events: int
    """What the lanes say they have accepted."""
    lane_duplicates: int
    tallied: int
    """Events in rollups, and in tallies that wait to be folded."""

    def difference(self, delivered: int | None = None) -> str:
        """What does not add up, in one line; empty when all does. `delivered` None: nobody knows."""
        if self.epochs != 1:
            return f"the group was started {self.epochs} times, not once: a process died"
        wrong = []
        kept = self.rows + self.quarantined
        if delivered is not None and kept != delivered:
            wrong.append(
                f"{delivered:,} events were delivered, {kept:,} are kept ({self.rows:,} in the log, "
                f"{self.quarantined:,} in quarantine)"
            )
        if self.lane_events != self.rows:
            wrong.append(f"the lanes say {self.lane_events:,} events, the log has {self.rows:,}")
        if self.tallied != self.rows:
            wrong.append(f"{self.tallied:,} events are in tallies and rollups, {self.rows:,} in the log")
        return "; ".join(wrong)


def balance(conninfo: str) -> Balance:
    """Read it, when the group has ended."""
    with connect(conninfo, None, "bench") as connection:
        row = connection.execute(_QUERY).fetchone()
        assert row is not None
        return Balance(*row)
