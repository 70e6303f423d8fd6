"""Who may do what: the whole table, so that a grant too many is as red as one too few."""

from __future__ import annotations

import psycopg
import pytest

from sql.migrate import ROLES
from sql.session import connect

# Of each table, what collector, roller, resolver and site may do: s select, i insert, u update, d delete, t truncate.
EXPECTED = """
account            siu  s    s    s
account_day        s    siu  s    s
account_hour       s    siu  s    s
account_minute     s    siu  s    s
account_tally_0    si   sit  -    -
account_tally_1    si   sit  -    -
active             s    siu  -    s
active_at          s    siu  -    s
active_hour        s    siud -    -
author_day         s    siu  -    s
author_hour        s    siu  -    s
author_minute      s    siu  -    s
best_rank          s    siu  -    s
board              s    siud s    s
board_by_actors    s    siud -    s
board_by_language  s    siud -    s
board_hour         s    siu  -    s
board_replaced     s    sid  -    s
collection         siu  s    -    s
deleted_lately     i    sd   -    s
deleted_post       siu  sd   s    s
dimension          s    s    -    s
epoch              siu  s    -    s
event              si   s    -    s
feed               siu sd - s
feed_entry         siud sud - s
feed_hour          siu sd - s
feed_ranking       - sid - s
feed_text          siud sud - -
fold               s    su   s    s
gap                si   s    -    s
lane               siu  s    -    s
last_backup        s    -    -    -
metric             s    s    s    s
migration          s    s    s    s
network            s    s    s    s
network_day        s    siu  -    s
network_hour       s    siu  -    s
network_minute     s    siu  s    s
network_tally_0    si   st   -    -
network_tally_1    si   st   -    -
old_follow         s    s    -    -
overlap            siu  s    -    s
overlap_seen       siu  -    -    s
post_day           s    siu  -    s
post_hour          s    siu  -    s
post_minute        s    siu  -    s
post_text          -    -    siud s
purge              s    siu  -    -
purged_table       s    sd   -    -
quarantine         si   s    -    -
repost_tally       si   sd   -    -
rkey               si   s    s    s
ruleset            -    -    -    s
selfcheck          s    siu  -    s
shown_change       s    sd   -    s
term               si   s    -    s
term_day           s    siu  -    s
term_hour          s    siu  -    s
term_minute        s    siu  -    s
term_tally_0       si   st   -    -
term_tally_1       si   st   -    -
tick               si   sd   -    s
total_day          s    siu  -    s
total_hour         s    siu  -    s
total_minute       s    siu  -    s
vitals             siu  s    -    s
cache.asked_handle -    -    sd   siud
cache.entry        -    -    -    siud
"""


def test_every_part_may_do_what_it_does_and_no_more(database: psycopg.Connection) -> None:
    query = """
        select pg_class.oid::regclass::text, string_agg(rights, ' ' order by nr)
        from pg_class
        cross join unnest(%s::text[]) with ordinality as roles (role, nr)
        cross join lateral (
          select coalesce(nullif(string_agg(left(what, 1), '' order by place), ''), '-') as rights
          from unnest(array['select', 'insert', 'update', 'delete', 'truncate']) with ordinality as may (what, place)
          where has_table_privilege(role, pg_class.oid, what)
        ) as found
        where relnamespace in ('skytally'::regnamespace, 'cache'::regnamespace) and relkind in ('r', 'p', 'v', 'm', 'f')
        group by pg_class.oid
    """
    found: dict[str, str] = dict(database.execute(query, (list(ROLES),)).fetchall())
    assert found == {line.split()[0]: " ".join(line.split()[1:]) for line in EXPECTED.strip().splitlines()}


def test_some_columns_are_open_to_who_may_not_have_the_table(database: psycopg.Connection) -> None:
    query = """
        select role, relname, what, string_agg(attname, ' ' order by attname)
        from pg_attribute
        join pg_class on pg_class.oid = attrelid
        cross join unnest(%s::text[]) as role
        cross join unnest(array['select', 'insert', 'update']) as what
        where relnamespace = 'skytally'::regnamespace and relkind in ('r', 'p') and not relispartition and attnum > 0
          and has_column_privilege(role, attrelid, attnum, what) and not has_table_privilege(role, attrelid, what)
        group by role, relname, what
        order by role, relname, what
    """
    called = "avatar display_name followers followers_at handle"
    assert database.execute(query, (list(ROLES),)).fetchall() == [
        ("skytally_collector", "gap", "update", "to_time"),
        ("skytally_resolver", "account", "insert", "did id"),
        ("skytally_resolver", "account", "update", f"{called} posts_before resolved_at unlisted"),
        ("skytally_roller", "account", "update", f"{called} posts_before"),
        ("skytally_web", "quarantine", "select", "cursor digest epoch host lane noted_at reason size"),
    ]


def test_functions_are_for_those_who_make_days_and_for_nobody_else(database: psycopg.Connection) -> None:
    query = """
        select oid::regprocedure::text, prosecdef, array(
          select role from unnest(array['public'] || %s::text[]) as role
          where has_function_privilege(role, pg_proc.oid, 'execute')
        )
        from pg_proc
        where pronamespace in ('skytally'::regnamespace, 'cache'::regnamespace)
        order by 1
    """
    assert database.execute(query, (list(ROLES),)).fetchall() == [
        ("await_readers()", True, ["skytally_roller"]),
        ("board_at(text,text,text,interval,timestamp with time zone,text)", False, ["skytally_web"]),
        ("drop_day(text,date)", True, ["skytally_roller"]),
        ("ensure_day(date)", True, ["skytally_collector", "skytally_roller"]),
        ("ensure_partition(text,text,date,date)", False, []),
        ("media_of(bigint,bigint,timestamp with time zone)", False, ["skytally_roller", "skytally_web"]),
        ("note_shown_change()", True, []),
        ("post_is_gone(bigint,bigint)", False, ["skytally_roller", "skytally_web"]),
        ("posts_counted(bigint)", False, ["skytally_resolver"]),
        ("purge_table()", True, ["skytally_roller"]),
        ("purgeable()", False, []),
        ("summarize_log()", True, ["skytally_roller"]),
        ("worth_by(text)", False, ["skytally_web"]),
    ]


def test_the_parts_are_plain_roles_that_own_nothing_and_belong_to_nobody(database: psycopg.Connection) -> None:
    attributes = """
        select rolname, rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls
        from pg_roles where rolname = any (%s) order by rolname
    """
    plain = (True, False, False, False, False, False)
    assert database.execute(attributes, (list(ROLES),)).fetchall() == [(role, *plain) for role in sorted(ROLES)]
    owned = """
        select deptype from pg_shdepend join pg_roles on pg_roles.oid = refobjid
        where refclassid = 'pg_authid'::regclass and rolname = any (%s) and deptype = 'o'
    """
    assert database.execute(owned, (list(ROLES),)).fetchall() == []
    memberships = "select from pg_auth_members join pg_roles on pg_roles.oid = member where rolname = any (%s)"
    assert database.execute(memberships, (list(ROLES),)).fetchall() == []


def test_no_part_may_make_anything_but_the_collector_days(database: psycopg.Connection) -> None:
    query = """
        select role, nspname from pg_namespace cross join unnest(%s::text[]) as role
        where nspname in ('skytally', 'cache', 'public') and has_schema_privilege(role, pg_namespace.oid, 'create')
    """
    assert database.execute(query, (list(ROLES),)).fetchall() == []


def test_the_site_sees_why_something_is_quarantined_and_not_what(conninfo: str, database: psycopg.Connection) -> None:
    database.execute(
        "insert into quarantine (digest, reason, host, lane, epoch, size, sample)"
        " values ('d', 'not_json', 'host', 1, 1, 6, 'secret')"
    )
    with connect(conninfo, "skytally_web", "tests") as site:
        assert site.execute("select reason, host, lane, size from quarantine").fetchall() == [
            ("not_json", "host", 1, 6)
        ]
        for column in ("sample", "*"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                site.execute(f"select {column} from quarantine".encode())


def test_the_site_may_not_write_even_where_it_takes_its_guard_rail_away(conninfo: str) -> None:
    with connect(conninfo, "skytally_web", "tests") as site:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            site.execute("create temporary table mine ()")
        site.execute("set default_transaction_read_only = off")
        tables = [line.split()[0] for line in EXPECTED.strip().splitlines() if not line.startswith("cache.")]
        for table in tables:
            for statement in (f"delete from {table}", f"truncate {table}", f"insert into {table} default values"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    site.execute(statement.encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            site.execute("select ensure_day('2026-07-04')")


def test_the_collector_may_have_a_day_made_and_not_drop_it(conninfo: str) -> None:
    with connect(conninfo, "skytally_collector", "tests") as collector:
        collector.execute("select ensure_day('2026-07-04')")
        collector.execute("select ensure_day('2026-07-04')")
        for statement in ("drop table event_20260704", "select from event_20260704", "delete from event"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                collector.execute(statement.encode())
