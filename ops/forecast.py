"""What the database takes, what it will take once everything has its full age, and what it grows by for ever.

It knows sizes of tables by day and how long each is kept. A table's fullest day stands for all of its days, so a
forecast of a young database is rough, and of one that is a week old a little high.
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from msgspec import Struct

from collector.retention import ROLLUPS_BY_DAY
from collector.settings import CollectorSettings

_SIZES = """
select
  parent.relname,
  count(*) filter (where pg_relation_size(child.oid) > 0) as filled,
  max(size) as fullest,
  sum(size)::bigint as total
from pg_inherits
join pg_class as parent on parent.oid = inhparent
join pg_class as child on child.oid = inhrelid
cross join lateral (select pg_total_relation_size(child.oid) as size) as sized
where
  parent.relnamespace = 'skytally'::regnamespace
  and parent.relkind = 'p'
group by parent.relname
"""


class Forecast(Struct, frozen=True):
    """Sizes in bytes, on the disk with their indexes, without the write-ahead log."""

    database_bytes: int
    event_log_days: int
    """Days of the event log that have something in them."""
    event_log_days_kept: int
    forecast_bytes: int
    """Once every table has as many days as it keeps."""
    growth_bytes_per_month: int
    """What stays for ever: rollups by the day, of a full month."""


def days_kept(settings: CollectorSettings) -> dict[str, int]:
    """How many days each table has at most, the one in work included."""
    return {
        "event": settings.event_days_kept + 2,
        **{f"{rollup}_minute": settings.minute_days_kept + 1 for rollup in ROLLUPS_BY_DAY},
        **{f"{rollup}_hour": settings.hour_days_kept + 1 for rollup in ROLLUPS_BY_DAY},
        "board_hour": settings.hour_days_kept + 1,
    }


def forecast(connection: psycopg.Connection, settings: CollectorSettings) -> Forecast:
    """As the database is now."""
    row = connection.execute("select pg_database_size(current_database())").fetchone()
    assert row is not None
    sizes = {name: (filled, fullest, total) for name, filled, fullest, total in connection.execute(_SIZES).fetchall()}
    return reckoned(int(row[0]), sizes, days_kept(settings))


def reckoned(database_bytes: int, sizes: Mapping[str, tuple[int, int, int]], kept: Mapping[str, int]) -> Forecast:
    """From days filled, bytes of the fullest and of all, by table."""
    to_come = sum(max(0, kept[name] * fullest - total) for name, (_, fullest, total) in sizes.items() if name in kept)
    return Forecast(
        database_bytes=database_bytes,
        event_log_days=sizes["event"][0] if "event" in sizes else 0,
        event_log_days_kept=kept["event"],
        forecast_bytes=database_bytes + to_come,
        growth_bytes_per_month=sum(fullest for name, (_, fullest, _) in sizes.items() if name.endswith("_day")),
    )
