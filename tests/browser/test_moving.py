"""What moves on pages: counts as they come, at rest while nobody looks, and gone where the site has nothing to say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.simulator import Simulation
from collector.boards import Boards
from tests.browser.test_browser import Watched, context
from tests.collector.frames import ALICE, BOB, NOON_US, post
from tests.collector.rig import Rig
from tests.web.site import Site, site

POSTS = '[data-count="app.bsky.feed.post"]'
_LOOKED_AT = """(looked) => {
  Object.defineProperty(document, "hidden", { value: !looked, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""

_SILENT_ONCE = """() => {
  const { fetch } = window;
  window.fetch = (address, { signal, ...more }) => {
    window.fetch = fetch;
    return Promise.resolve(new Response(new ReadableStream({
      start: (to) => signal.addEventListener("abort", () => to.error(signal.reason)),
    })));
  };
}"""
"""As a connection is that died while its computer slept."""


@pytest.fixture
def rig(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    with closing(Rig(conninfo, tmp_path)) as found:
        found.hand(*[line for _, line in islice(Simulation(5, NOON_US).events(), 3000)], at=60_000)
        found.fold()
        Boards(found.roller, 1100, 40).refresh()
        yield found


@pytest.fixture
def alive(rig: Rig) -> Iterator[Site]:
    with site(rig.conninfo, web_misses_per_second=0.0) as found:
        yield found


def posts(rig: Rig, n: int, begin: int, **said: object) -> None:
    rig.hand(*[post(ALICE if at % 2 else BOB, 60_000 + begin + at, **said) for at in range(n)], at=61_000)


def looked_at(page: Page, looked: bool) -> None:
    page.evaluate(_LOOKED_AT, looked)


def test_home_moves_rests_and_goes_on_where_it_was(browser: Browser, rig: Rig, alive: Site) -> None:
    watched = Watched(context(browser), alive)
    page = watched.go("/")
    expect(page.locator("time[data-begun]")).not_to_have_text("")
    posts(rig, 1234, 0)
    expect(page.locator(POSTS)).to_have_text("1,234")
    expect(page.locator('[data-count=""]')).to_have_text("1,234")
    expect(page.locator('path[data-line=""]')).not_to_have_attribute("d", "")
    with page.expect_event("requestfailed"):
        looked_at(page, False)
    posts(rig, 6, 5000)
    page.wait_for_timeout(1500)
    expect(page.locator(POSTS)).to_have_text("1,234")
    looked_at(page, True)
    expect(page.locator(POSTS)).to_have_text("1,240")
    assert watched.trouble == []


def test_who_hears_nothing_comes_again(browser: Browser, alive: Site) -> None:
    page = context(browser).new_page()
    page.add_init_script(f"({_SILENT_ONCE})()")
    page.clock.install()
    page.goto(f"http://127.0.0.1:{alive.port}/")
    page.clock.run_for(5_000)
    expect(page.locator("time[data-begun]")).to_have_text("")
    for _ in range(3):
        page.clock.run_for(10_000)
        page.wait_for_timeout(500)
    expect(page.locator("time[data-begun]")).not_to_have_text("")


def test_languages_move_in_their_table_too(browser: Browser, rig: Rig, alive: Site) -> None:
    watched = Watched(context(browser, viewport={"width": 1440, "height": 900}), alive)
    page = watched.go("/languages")
    expect(page.locator("time[data-begun]")).not_to_have_text("")
    posts(rig, 12, 0, langs=["ja", "en"])
    expect(page.locator('td[data-count="ja"]')).to_have_text("12")
    expect(page.locator('td[data-count="en"]')).to_have_text("12")
    assert watched.trouble == []


def test_without_script_or_without_anything_to_say_nothing_moves(browser: Browser, rig: Rig, alive: Site) -> None:
    page = context(browser, java_script_enabled=False).new_page()
    page.goto(f"http://127.0.0.1:{alive.port}/")
    expect(page.locator("section.moving")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    with site(rig.conninfo, web_live_readers_max=0) as full:
        page = context(browser).new_page()
        page.goto(f"http://127.0.0.1:{full.port}/")
        expect(page.locator("section.moving")).to_be_visible()
        expect(page.locator("section.moving")).to_be_hidden()
        expect(page.locator("h1")).to_be_visible()
