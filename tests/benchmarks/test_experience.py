"""What experience costs: that the one pipeline counts it, the other does not, and nothing else differs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.experience import experience
from benchmarks.options import ExperienceOptions
from sql.session import connect
from tests.conftest import new_database

_COUNTED = """
select
  (select sum(gained) from account_minute join metric on metric.id = metric where name ~ '_with_|_of_'),
  (select sum(gained) from account_minute join metric on metric.id = metric where name !~ '_with_|_of_'),
  (select count(*) from event)
"""


@pytest.mark.long
def test_both_take_the_same_and_one_counts_experience(server: str) -> None:
    seen: list[tuple[int | None, int, int]] = []

    @contextmanager
    def database() -> Iterator[str]:
        with new_database(server) as conninfo:
            yield conninfo
            with connect(conninfo, None, "test") as connection:
                row = connection.execute(_COUNTED).fetchone()
                assert row is not None
                seen.append(row)

    found = experience(ExperienceOptions(rounds=6, batches=1, accounts=1000), database, lambda _: None)
    (none, others, events), (some, same, as_many) = seen  # the last one opened is closed first
    assert none is None
    assert some is not None
    assert some > 0
    assert (others, events) == (same, as_many)
    assert events == 6 * 2048
    assert found["events"] == 5 * 2048
    assert found["with_us"].keys() == found["without_us"].keys()
    assert min(found["boards_ms"]) > 0
