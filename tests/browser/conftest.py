"""A real browser on a real site with numbers; where there is no Chromium its tests are skipped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice

import pytest
from playwright.sync_api import Browser, sync_playwright

from benchmarks.appview import HOSTILE
from benchmarks.simulator import Simulation
from collector.batch import Gap
from collector.boards import Boards
from tests.collector.frames import ALICE, BOB, NOON_US, key, like, post, post_uri
from tests.collector.rig import Rig
from tests.conftest import new_database
from tests.web.conftest import program
from tests.web.said import say
from tests.web.site import Site, site

HOUR_MS, HOUR_US = 3_600_000, 3_600_000_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """While it is there an event loop runs in this thread, so it goes with the file that needs it."""
    path = program("chromium", "chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def found(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two days of likes by the hour with a gap, and simulated minutes at their end."""
    with new_database(server) as conninfo:
        with closing(Rig(conninfo, tmp_path_factory.mktemp("browser"))) as rig:
            for hour in range(-48, 0):
                likes = [like(post_uri(ALICE, key(0)), BOB, hour * HOUR_MS + n) for n in range(1 + hour % 7)]
                rig.hand(post(ALICE, hour * HOUR_MS + 99, langs=["fr"]), *likes, at=hour * HOUR_MS + 99)
            gap = Gap(NOON_US - 9 * HOUR_US, NOON_US - 6 * HOUR_US, "not_delivered")
            lines = [line for _, line in islice(Simulation(5, NOON_US).events(), 6000)]
            rig.hand(*lines, gaps=[gap], at=60_000)
            rig.fold()
            boards = Boards(rig.roller, 1100, 40)
            while boards.keep_hour():
                pass
            boards.refresh()
            named = "update account set handle = 'alice.example', display_name = 'Alice' where did = %s"
            rig.owner.execute(named, (ALICE,))
            say(rig.owner, [text.replace("\x00", "") for text in HOSTILE])
        with site(conninfo, web_misses_per_second=0) as running:
            yield running
