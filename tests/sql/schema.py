"""The schema of a database as a list of lines, so that two can be compared whole; partitions are left out."""

from __future__ import annotations

from typing import LiteralString

import psycopg

_OURS: LiteralString = """
with ours as (
  select oid, oid::regclass::text as name, relacl, relowner
  from pg_class
  where relnamespace in (select oid from pg_namespace where nspname in ('skytally', 'cache'))
    and relkind in ('r', 'p', 'S', 'v') and not relispartition
)
"""
_PARTS: tuple[LiteralString, ...] = (
    """
    select concat_ws(' ', name, attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid))
    from ours
    join pg_attribute on attrelid = ours.oid and attnum > 0 and not attisdropped
    left join pg_attrdef on adrelid = ours.oid and adnum = attnum
    """,
    "select concat_ws(' ', name, pg_get_indexdef(indexrelid)) from ours join pg_index on indrelid = ours.oid",
    """
    -- 18 has names for what is not null, which earlier ones have not: columns say it
    select concat_ws(' ', name, conname, pg_get_constraintdef(each.oid))
    from ours
    join pg_constraint as each on conrelid = ours.oid and contype <> 'n'
    """,
    """
    select concat_ws(' ', name, pg_get_triggerdef(each.oid))
    from ours
    join pg_trigger as each on tgrelid = ours.oid and not tgisinternal
    """,
    """
    select concat_ws(' ', name, grantee::regrole, privilege_type)
    from ours
    cross join aclexplode(coalesce(relacl, acldefault('r', relowner)))
    """,
    """
    select pg_get_functiondef(oid)
    from pg_proc
    where pronamespace in (select oid from pg_namespace where nspname in ('skytally', 'cache'))
    """,
)


def schema_of(database: psycopg.Connection) -> list[str]:
    """Every column, index, constraint, trigger, grant and function."""
    return sorted(line for part in _PARTS for (line,) in database.execute(_OURS + part))
