"""What tables take on the disk: by event, and in a month of today's network, from what a trial has left there."""

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

_BYTES = r"""
select
  name,
  round(bytes / events, 2)::float8
from (
  select
    coalesce(parent.relname, kept.relname) as name,
    sum(pg_total_relation_size(kept.oid)) as bytes,
    case
      when coalesce(parent.relname, kept.relname) like '%\_hour' then (select sum(events) from network_hour)
      when coalesce(parent.relname, kept.relname) like '%\_day' then (select sum(events) from network_day)
      else (select sum(events) from network_minute)
    end as events
  from pg_class as kept
  left join pg_inherits on inhrelid = kept.oid
  left join pg_class as parent on parent.oid = inhparent
  where kept.relkind = 'r' and kept.relnamespace = 'skytally'::regnamespace
  group by name
) as each
where events > 0 and bytes / events >= 0.5
order by bytes / events desc, name
"""


def bytes_by_table(connection: psycopg.Connection) -> dict[str, float]:
    """Bytes an event, with indexes, the most first; without tables of less than half a byte."""
    return dict(connection.execute(_BYTES).fetchall())


def gb_a_month(connection: psycopg.Connection) -> dict[str, float]:
    """Gigabytes, with indexes, that each table grows by in a month at `RATE`, before anything of it is dropped; hours
    once some have ended."""
    return {
        name: round(size / events * RATE * _MONTH_S / 1e9, 2)
        for name, size, events in connection.execute(_SIZES)
    }
