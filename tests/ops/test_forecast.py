"""What the database will take: as many of the fullest day as are kept, and what stays for ever."""

from __future__ import annotations

import psycopg

from collector.settings import CollectorSettings
from ops.forecast import days_kept, forecast, reckoned


def test_a_young_database_is_reckoned_up_and_a_full_one_stays() -> None:
    kept = {"event": 9, "account_hour": 41}
    young = reckoned(1000, {"event": (2, 100, 150), "account_hour": (1, 10, 10), "account_day": (1, 7, 7)}, kept)
    assert (young.event_log_days, young.event_log_days_kept) == (2, 9)
    assert young.forecast_bytes == 1000 + (900 - 150) + (410 - 10)
    assert young.growth_bytes_per_month == 7
    full = reckoned(1000, {"event": (9, 100, 900), "account_hour": (41, 10, 420)}, kept)
    assert full.forecast_bytes == 1000


def test_every_table_that_is_kept_by_the_day_or_for_ever_is_in_it(database: psycopg.Connection) -> None:
    database.execute("select ensure_day('2026-07-04')")
    parents = "select distinct inhparent::regclass::text from pg_inherits where inhparent <> all (%s::regclass[])"
    indexes = [oid for (oid,) in database.execute("select indexrelid from pg_index").fetchall()]
    found = {name for (name,) in database.execute(parents, (indexes,)).fetchall()}
    for_ever = {"account_day", "post_day", "term_day", "author_day"}
    assert found == set(days_kept(CollectorSettings())) | for_ever
    there = forecast(database, CollectorSettings())
    assert there.forecast_bytes > there.database_bytes > 0
    assert there.event_log_days == 0
