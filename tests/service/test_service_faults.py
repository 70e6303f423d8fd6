"""The harness of the service's faults, by its cheapest rows; all of them: ./run test --service-faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.server import a_server
from tests.service.lag import Lag, Sample
from tests.service.measure import Measure
from tests.service.rows import Row, perform
from tests.service.table import table
from tests.service.unit_file import unit_file

SMALL = Measure(rate=300.0, past_s=3.0, steady_s=1.5, board_s=1.0, away_s=1.0)


@pytest.mark.long
def test_a_service_that_loses_a_worker_counts_on_and_its_readers_do_not_notice(tmp_path: Path) -> None:
    with a_server() as server:
        row = perform("kill -9 worker 0", 1, server, tmp_path / "row", SMALL)
    assert not row.failed, table([row])
    assert row.events > 2_000
    assert row.answers > 20
    assert (row.lost, row.duplicated, row.diff, row.errors) == (0, 0, 0, 0)
    assert row.counted_s is not None
    assert row.counted_s < 10.0


def test_units_say_how_they_are_kept() -> None:
    collector, site = unit_file("skytally-collector.service"), unit_file("skytally-web@.service", "7")
    assert (collector.restart_s, collector.never_again) == (2.0, frozenset({2}))
    assert (collector.stop_s, collector.watchdog_s) == (45.0, 90.0)
    assert (site.command[1:], site.restart_s, site.notifies) == (["web", "--web-processes", "1"], 1, True)
    assert site.variables["SKYTALLY_WEB_METRICS_LISTEN"] == "/run/skytally-web-7/metrics.sock"
    with pytest.raises(ValueError, match="not always started again"):
        unit_file("skytally-backup.service")


def test_recovery_ends_with_the_last_moment_that_was_not_normal() -> None:
    lag = Lag.__new__(Lag)
    lag.samples = [Sample(1, 2.0), Sample(2, 3.0), Sample(3, 9.0), Sample(4, 5.0), Sample(5, 5.1), Sample(6, 2.0)]
    assert lag.normal_s(2.5, 2.0) == 5.0
    assert lag.recovered_s(2.5, 5.0) == 2.5
    assert lag.recovered_s(2.5, 10.0) == 0.0


def test_a_row_fails_by_its_trouble_and_not_where_it_can_not_be_had() -> None:
    lost = Row("kill -9 reader", 1.25, 3.0, 100, lost=1, diff=3, trouble="diff=3")
    skipped = Row("disk full", trouble="only root can mount a small disk", skipped=True)
    said = table([lost, skipped])
    assert (lost.failed, skipped.failed) == (True, False)
    assert "FAILED" in said
    assert "disk full                  skipped: only root" in said
    assert said.endswith("kill -9 reader: diff=3")
