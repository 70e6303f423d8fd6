"""Pages as people see them: in Chromium, narrow and wide, light and dark, with script and without."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.collector.frames import ALICE, BOB, key
from tests.web.site import Site

PATHS = (
    "/", "/top/accounts", "/top/posts?window=1d", "/top/hashtags?window=1d", "/languages", "/@alice.example",
    "/@alice.example?range=1d&previous=yes&bucket=3600", "/network?metric=likes&range=1d", f"/post/{ALICE}/{key(0)}",
    f"/compare?actors=alice.example,{BOB}", f"/watch?actors=alice.example,{BOB}",
    "/search?q=al", "/status", "/method", "/about", "/privacy", "/docs", f"/embed/{ALICE}", "/nowhere",
)  # fmt: skip
OFTEN = {"/", "/top/accounts", "/@alice.example", "/status", "/docs"}
WIDTHS = (320, 800, 1440)
_TOO_WIDE = """
document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("main *, header *, footer *")]
  .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 5).map((each) => each.outerHTML.slice(0, 120))
"""
_CUT_OFF = """
[...document.querySelectorAll(".card table tr")].filter((row) => !row.closest("details:not([open])"))
  .filter((row) => row.getBoundingClientRect().bottom > row.closest(".card").getBoundingClientRect().bottom + 1)
  .slice(0, 5).map((row) => row.innerText)
"""


def often(paths: Sequence[str]) -> list[Any]:
    """All of them, those that have little of their own in `./run test --long` only."""
    return [path if path in OFTEN else pytest.param(path, marks=pytest.mark.long) for path in paths]


class Watched:
    """A page and all that went wrong on it."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.site, self.page = site, context.new_page()
        self.trouble: list[str] = []
        self.page.on("console", lambda said: self._note(said.type in ("error", "warning"), said.text))
        self.page.on("pageerror", lambda error: self._note(True, str(error)))
        # whoever goes on to the next page leaves what is not there yet
        self.page.on("requestfailed", lambda asked: self._note(asked.failure != "net::ERR_ABORTED", str(asked.failure)))
        self.page.on("request", lambda request: self._note(not request.url.startswith(self._home), request.url))

    @property
    def _home(self) -> str:
        return f"http://127.0.0.1:{self.site.port}"

    def _note(self, wrong: bool, said: str) -> None:
        if wrong:
            self.trouble.append(said)

    def go(self, path: str) -> Page:
        self.page.goto(self._home + path, wait_until="networkidle")
        return self.page


def context(browser: Browser, **given: Any) -> BrowserContext:
    return browser.new_context(locale="en-GB", timezone_id="Europe/Berlin", reduced_motion="reduce", **given)


@pytest.fixture
def watched(browser: Browser, found: Site) -> Iterator[Watched]:
    with context(browser, viewport={"width": 1280, "height": 900}) as opened:
        watched = Watched(opened, found)
        yield watched
        assert watched.trouble == []


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_whole_at_every_width_and_says_nothing_on_the_console(
    browser: Browser, found: Site, path: str
) -> None:
    with context(browser, viewport={"width": WIDTHS[0], "height": 800}) as opened:
        watched = Watched(opened, found)
        page = watched.go(path)
        for width, scheme in itertools.product(WIDTHS, ("light", "dark")):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.wait_for_function(f"innerWidth === {width}")
            assert page.evaluate(_TOO_WIDE) == [], width
            assert page.evaluate(_CUT_OFF) == [], width
            assert page.locator("h1, h2").first.is_visible()
        assert [said for said in watched.trouble if path != "/nowhere" or "404" not in said] == []


@pytest.mark.parametrize("path", often(PATHS))
def test_nobody_is_kept_out(watched: Watched, path: str) -> None:
    page = watched.go(path)
    watched.trouble = [said for said in watched.trouble if path != "/nowhere"]
    found = Axe().run(page).response["violations"]
    serious = [
        (each["id"], each["nodes"][0]["html"][:200]) for each in found if each["impact"] in ("serious", "critical")
    ]
    assert serious == []


@pytest.mark.parametrize(
    "path", often(["/", "/top/accounts", "/@alice.example", "/languages", "/network", f"/post/{ALICE}/{key(0)}"])
)
def test_without_script_all_numbers_are_there(browser: Browser, found: Site, path: str) -> None:
    def numbers(page: Page) -> list[str]:
        return [str(each) for each in page.eval_on_selector_all("data", "all => all.map(each => each.value)")]

    seen = []
    for script in (True, False):
        with context(browser, java_script_enabled=True) as opened:
            if not script:
                opened.route("**/*.js*", lambda route: route.abort())
            page = opened.new_page()
            page.goto(f"http://127.0.0.1:{found.port}{path}", wait_until="networkidle")
            seen.append(numbers(page))
    assert seen[0] == seen[1]
    assert len(seen[0]) > 5


def test_tabs_and_pages_have_addresses_and_back_goes_back(watched: Watched) -> None:
    page = watched.go("/top/accounts")
    page.get_by_role("link", name="Week", exact=True).click()
    page.wait_for_url("**/top/accounts?metric=likes_received&window=7d")
    page.get_by_role("link", name="Reposts", exact=True).click()
    page.wait_for_url("**/top/accounts?metric=reposts_received&window=7d")
    assert page.locator("h1").inner_text() == "Accounts by reposts"
    page.get_by_role("link", name="Next 100").click()
    page.wait_for_url("**offset=100*")
    assert page.locator("td.rank").first.inner_text() == "101"
    page.go_back()
    page.go_back()
    assert page.locator("h1").inner_text() == "Accounts by likes"


def test_a_name_is_suggested_and_found(watched: Watched) -> None:
    page = watched.go("/")
    with page.expect_response("**/api/v1/search*"):
        page.locator(".find input").press_sequentially("alice")
    page.wait_for_function("document.querySelectorAll('#found option').length > 0")
    page.locator(".find input").fill("alice.example")
    page.locator(".find input").press("Enter")
    page.wait_for_url("**/@alice.example")
    assert page.locator("h1").inner_text() == "Alice"


def test_a_pasted_address_leads_to_its_post(watched: Watched) -> None:
    page = watched.go("/")
    page.locator(".find input").fill(f"https://bsky.app/profile/alice.example/post/{key(0)}")
    page.locator(".find input").press("Enter")
    page.wait_for_url(f"**/post/{ALICE}/{key(0)}")


def test_a_chart_shows_values_zooms_by_drag_and_changes_its_range(watched: Watched) -> None:
    page = watched.go("/@alice.example")
    over = page.locator(".drawn .u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 50)
    assert page.locator(".drawn .u-legend .u-value").last.inner_text().strip() not in ("", "--")

    def axis() -> str:
        return str(page.evaluate("document.querySelector('.drawn canvas').toDataURL().length"))

    before = axis()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 50, steps=5)
    page.mouse.up()
    page.wait_for_timeout(100)
    assert axis() != before
    page.get_by_role("link", name="24 hours").click()
    page.wait_for_url("**range=1d*")
    page.locator(".drawn canvas").wait_for()
    assert not page.locator("svg.chart").is_visible(), "one line is enough"


def test_times_and_numbers_are_the_readers_own(watched: Watched) -> None:
    page = watched.go("/top/accounts?window=1d")
    said = page.locator(".asof time")
    assert said.inner_text() == "4 Jul 2026, 14:01:00"
    assert (said.get_attribute("title") or "").startswith("Saturday, 4 July 2026 at 14:01:00")
    page = watched.go("/@alice.example")
    page.wait_for_function("document.querySelector('[data-zone]').dataset.zone === 'Europe/Berlin'")


def test_the_period_before_is_a_second_line(watched: Watched) -> None:
    page = watched.go("/@alice.example?range=1d")
    page.get_by_role("link", name="Compare with the 24 hours before").click()
    page.wait_for_url("**/@alice.example?range=1d&previous=yes")
    page.locator(".drawn canvas").wait_for()
    labels = page.locator(".drawn .u-legend .u-label").all_inner_texts()
    assert labels == ["From", "Likes", "Likes, the 24 hours before"]
    box = page.locator(".drawn .u-over").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 50)
    now, before = page.locator(".drawn .u-legend .u-value").all_inner_texts()[1:]
    assert [now.isdigit(), before.isdigit()] == [True, True]
    assert "in the 24 hours before" in page.locator(".change").inner_text()
    page.get_by_role("link", name="Compare with the 24 hours before").click()
    page.wait_for_url("**/@alice.example?range=1d")
    assert page.locator(".change").count() == 0


def test_days_are_picked_and_compared_without_script(browser: Browser, found: Site) -> None:
    with context(browser) as opened:
        opened.route("**/*.js*", lambda route: route.abort())
        page = opened.new_page()
        page.goto(f"http://127.0.0.1:{found.port}/@alice.example?previous=yes")
        assert not page.get_by_role("group", name="Theme").is_visible(), "there is nobody to press it for"
        page.get_by_text("pick days").click()
        page.get_by_label("From", exact=True).fill("2026-07-04")
        page.get_by_label("to", exact=True).fill("2026-07-04")
        page.get_by_role("button", name="Show").click()
        page.wait_for_url("**/@alice.example?previous=yes&from=2026-07-04&to=2026-07-04")
        assert page.locator("svg.chart path.l.now").is_visible()
        assert page.locator("svg.chart path.l.before").is_visible()
        assert "in the day before" in page.locator(".change").inner_text()


def test_a_theme_is_chosen_kept_and_drawn_in(browser: Browser, found: Site) -> None:
    with context(browser, color_scheme="light") as opened:
        watched = Watched(opened, found)
        page = watched.go("/@alice.example")
        page.locator(".drawn canvas").wait_for()
        light = paper(page)
        drawn = picture(page)
        page.get_by_role("button", name="Dark").click()
        assert pressed(page) == ["dark"]
        assert paper(page) != light
        page.wait_for_function("before => document.querySelector('.drawn canvas').toDataURL() !== before", arg=drawn)
        page = watched.go("/top/accounts")
        assert (pressed(page), paper(page) != light) == (["dark"], True)
        page.get_by_role("button", name="As the system has it").click()
        assert (pressed(page), paper(page)) == (["system"], light)
        page.emulate_media(color_scheme="dark")
        assert paper(page) != light
        page.get_by_role("button", name="Light").click()
        page.reload()
        assert (pressed(page), paper(page)) == (["light"], light)
        assert watched.trouble == []


def paper(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def picture(page: Page) -> str:
    return str(page.evaluate("document.querySelector('.drawn canvas').toDataURL()"))


def pressed(page: Page) -> list[str]:
    return [str(each.get_attribute("data-choose")) for each in page.locator(".theme [aria-pressed=true]").all()]
