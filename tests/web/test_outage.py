"""The database goes away and comes back, once, and every address there is says what it can in each of these times."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

import pytest

from collector.boards import Boards
from ops.embedded import embedded, wait_until_stopped
from sql.migrate import migrate
from tests.collector.frames import ALICE, BOB, key, like, post, post_uri
from tests.collector.rig import Rig
from tests.ops.embedded_directory import private_directory
from tests.web.site import Answer, Site, site
from web.asking import Nothing
from web.page import HTML
from web.pages import PAGES
from web.resources import PREFIX, RESOURCES

LOOSE = {"fsync": "off", "full_page_writes": "off"}
HOURS_LATER_S = 5 * 3600.0
"""Later than anything of a window is fresh or stale, sooner than the day for which it is kept."""
KEYS = {
    "hashtags": ("bird", "cat"), "links": ("https%3A%2F%2Fa.example%2Fx", "https%3A%2F%2Fb.example%2Fx"),
    "domains": ("a.example", "b.example"), "emoji": ("%F0%9F%90%A6", "%F0%9F%90%B1"), "languages": ("en", "fr"),
}  # fmt: skip
FEEDS = """
[[feeds]]
id = "birds"
name = "Birds"
hashtags = ["bird"]

[[feeds]]
id = "cats"
name = "Cats"
hashtags = ["cat"]
"""
ASKED = {"/compare": "actors={actor}", "/watch": "actors={actor}", "/search": "q={actor}"}
"""Parameters that have to be, or without which there is nothing to see."""
NAMELESS = {"/network": "metric=likes", "/network/series": "bucket=86400", "/network/active": "window=30d"}
"""What is asked else where no name is in the address."""


def address(template: str, second: bool) -> str:
    """An address of a resource or a page; the second one is about something else."""
    path = template.removeprefix(PREFIX)
    kind = path.split("/")[2] if path.startswith("/top/") else ""
    values = {
        "actor": BOB if second else ALICE, "rkey": key(2 if second else 1), "metric": "likes_received",
        "key": KEYS.get(kind, ("", ""))[second], "kind": "posts" if second else "accounts",
        "id": "cats" if second else "birds",
    }  # fmt: skip
    query = ASKED.get(path, "")
    if second and "{" not in path and not query:
        query = NAMELESS.get(path, "window=7d")
    return template.format(**values) + ("?" + query.format(**values) if query else "")


TEMPLATES = [*(PREFIX + resource.path for resource in RESOURCES), *(page.path for page in PAGES)]
WORDS_ONLY = {page.path for page in PAGES if page.ask is Nothing}
SILENT = {"/method", "/about", "/privacy", "/embed/{actor}"}
"""Pages that say nothing when they are old: words are stale for a day, a chart on another site has no room for it."""
OF_HTML = {page.path for page in PAGES if page.media == HTML} - SILENT


class Outage(NamedTuple):
    """What was answered, by address."""

    before: dict[str, Answer]
    away: dict[str, Answer]
    back: dict[str, Answer]


def asked(found: Site, paths: list[str]) -> dict[str, Answer]:
    with ThreadPoolExecutor(8) as pool:
        return dict(zip(paths, pool.map(found.get, paths), strict=True))


def ttl_s(answer: Answer) -> int:
    """Seconds that an answer is fresh for, below zero since when it is not; of one that was just made, one at least."""
    state, _, seconds = answer.headers["cache-status"].rpartition("ttl=")
    return int(seconds) if state else 1


def fill(conninfo: str, folder: Path) -> None:
    with closing(Rig(conninfo, folder)) as rig:
        rig.feeds(FEEDS)
        for n, (did, other) in enumerate(((ALICE, BOB), (BOB, ALICE))):
            embed = {"$type": "app.bsky.embed.external", "external": {"uri": f"https://{'ab'[n]}.example/x"}}
            said = {"text": "\U0001f426\U0001f431"[n], "langs": [("en", "fr")[n]], "tags": [("bird", "cat")[n]]}
            rig.hand(post(did, 1 + n, embed=embed, **said), like(post_uri(did, key(1 + n)), other, 9 + n), at=60_000)
        rig.fold()
        Boards(rig.roller, 100, 40).refresh()


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outage]:
    real, later = time.time, 0.0
    firsts = [address(template, second=False) for template in TEMPLATES]
    seconds = [address(template, second=True) for template in TEMPLATES if template not in WORDS_ONLY]
    with pytest.MonkeyPatch.context() as clock, private_directory() as data, ExitStack() as running:
        clock.setattr(time, "time", lambda: real() + later)
        with embedded(data, settings=LOOSE, linger_s=0) as conninfo:
            migrate(conninfo, "test")
            fill(conninfo, tmp_path_factory.mktemp("rig"))
            found = running.enter_context(site(conninfo, web_misses_per_second=0.0))
            before = asked(found, firsts)
        assert wait_until_stopped(data)
        later = HOURS_LATER_S
        away = asked(found, [*firsts, *seconds, "/readyz", "/healthz"])
        with embedded(data, settings=LOOSE, linger_s=0):
            back, end_at = asked(found, [*firsts, *seconds]), time.monotonic() + 60
            while not all(answer.status == 200 and ttl_s(answer) > 0 for answer in back.values()):
                assert time.monotonic() < end_at, {path: answer.status for path, answer in back.items()}
                back = asked(found, [*firsts, *seconds])
        yield Outage(before, away, back)


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_was_answered_is_answered_on_with_its_age(outage: Outage, template: str) -> None:
    path = address(template, second=False)
    before, away = outage.before[path], outage.away[path]
    assert (before.status, away.status) == (200, 200), away.body
    if template in OF_HTML:
        assert b"these numbers were read at" in away.body
        assert b"these numbers were read at" not in before.body
    else:
        assert away.body == before.body
        assert ttl_s(away) < 0
        assert "stale-if-error" in away.headers["cache-control"]


@pytest.mark.parametrize("template", [template for template in TEMPLATES if template not in WORDS_ONLY])
def test_what_was_never_answered_is_unavailable_and_comes_by_itself(outage: Outage, template: str) -> None:
    path = address(template, second=True)
    away = outage.away[path]
    assert (away.status, away.headers["cache-control"]) == (503, "no-store")
    assert int(away.headers["retry-after"]) > 0
    if template.startswith(PREFIX):
        assert (away.headers["content-type"], away.json["status"]) == ("application/problem+json", 503)
    assert outage.back[path].status == 200


@pytest.mark.parametrize("template", TEMPLATES)
def test_when_the_database_is_back_everything_is_new(outage: Outage, template: str) -> None:
    path = address(template, second=False)
    assert ttl_s(outage.back[path]) > 0
    assert b"these numbers were read at" not in outage.back[path].body


def test_who_has_old_answers_is_ready(outage: Outage) -> None:
    ready = outage.away["/readyz"]
    assert (ready.status, ready.json["ready"], ready.json["database"]) == (200, True, "away")
    assert outage.away["/healthz"].status == 200
