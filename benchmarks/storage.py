"""What a month of today's network takes on the disk, by table, from what a trial has left there."""

from __future__ import annotations

import psycopg

RATE = 500
"""Events a second of today's network."""
_MONTH_S = 30 * 86_400
_SIZES = """
select
  kept.name,
  (
    select sum(pg_total_relation_size(inhrelid))
    from pg_inherits
    where inhparent = kept.name::regclass
  )::float8,
  kept.events::float8
from (
  select 'event' as name, (select sum(events) from network_minute) as events
  union all
  select rollup || '_minute', (select sum(events) from network_minute)
  from unnest(array['account', 'post', 'term', 'author']) as rollup
  union all
  select rollup || '_hour', (select sum(events) from network_hour)
  from unnest(array['account', 'post', 'term', 'author']) as rollup
) as kept
where kept.events > 0
"""


def gb_a_month(connection: psycopg.Connection) -> dict[str, float]:
    """Gigabytes, with indexes, that each table grows by in a month at `RATE`, before anything of it is dropped; hours
    once some have ended."""
    return {
        name: round(size / events * RATE * _MONTH_S / 1e9, 2)
        for name, size, events in connection.execute(_SIZES)
    }
