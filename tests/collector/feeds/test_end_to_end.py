"""Feeds from a socket to a socket: the real server and group, the real database, the real site; and feeds read anew."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from benchmarks.recording import Writer
from benchmarks.simulator import write_recording
from collector.errors import BadFeeds
from collector.settings import CollectorSettings
from collector.supervisor import Orders, Supervisor
from sql.session import connect
from tests.collector.frames import ALICE, BOB, delete, key, post, post_uri
from tests.collector.test_end_to_end import collect, served
from tests.collector.test_supervisor import collecting, events_of, wait_for
from tests.web.site import site
from tests.web.test_feeds import SETTINGS, walked

FEEDS = '[[feeds]]\nid = "all"\nname = "All"\nkeywords = { exclude = ["dog*"] }\nreplies = false\n'
RECORDED = [
    *[post([ALICE, BOB][n % 2], n, text="a dog" if n % 10 == 0 else "a cat") for n in range(1, 400)],
    *[delete("post", key(n), [ALICE, BOB][n % 2], 400 + n) for n in range(1, 400, 7)],
]
LEFT = [post_uri([ALICE, BOB][n % 2], key(n)) for n in range(399, 0, -1) if n % 10 and n % 7 != 1]


def recording(folder: Path, frames: list[bytes]) -> Path:
    where = folder / "served.jsonl"
    with Writer(where) as writer:
        for frame in frames:
            writer.write(frame)
    return where


def test_a_feed_goes_from_socket_to_socket(conninfo: str, tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS)
    with served(recording(tmp_path, RECORDED + RECORDED)) as url:
        collect(conninfo, url, feeds=str(tmp_path / "feeds.toml"))
        collect(conninfo, url, feeds=str(tmp_path / "feeds.toml"))  # what is read again is not taken again
    with site(conninfo, **SETTINGS) as found:
        assert walked(found, "all", 13) == LEFT
    with connect(conninfo, None, "test") as connection:
        row = connection.execute("select sum(gained - lost) from feed_hour").fetchone()
    assert row == (len(LEFT),)


def test_feeds_are_read_anew_on_sighup_and_stay_as_they_are_where_the_file_is_wrong(
    conninfo: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "feeds.toml"
    file.write_text(FEEDS)
    source = CollectorSettings(source=("ws://127.0.0.1:9/subscribe",), network="test", feeds=str(file))

    def until(holds: Callable[[], bool]) -> None:
        end_at = time.monotonic() + 60
        while not holds():
            assert time.monotonic() < end_at
            time.sleep(0.05)

    def names() -> list[str]:
        with connect(conninfo, None, "test") as connection:
            rows = connection.execute("select id from feed where removed_at is null order by position")
            return [id for (id,) in rows.fetchall()]

    supervisor = Supervisor(source, conninfo, Orders(show=lambda _: seen.append(1)))
    seen: list[int] = []

    def strike() -> None:
        try:
            until(lambda: len(seen) > 0)
            assert names() == ["all"]
            file.write_text(FEEDS + "colour = 1\n")
            os.kill(os.getpid(), signal.SIGHUP)
            until(lambda: "feeds stay as they are" in caplog.text)
            assert names() == ["all"]
            file.write_text(FEEDS + FEEDS.replace('"all"', '"new"'))
            os.kill(os.getpid(), signal.SIGHUP)
            until(lambda: names() == ["all", "new"])
        finally:
            supervisor.stop()

    struck = threading.Thread(target=strike)
    before = signal.getsignal(signal.SIGHUP)
    with caplog.at_level("INFO"):
        struck.start()
        try:
            assert supervisor.run()
        finally:
            struck.join()
            signal.signal(signal.SIGHUP, before)
    assert names() == ["all", "new"]
    assert "line 6: nothing is called colour" in caplog.text


def test_a_file_that_is_wrong_at_the_start_is_said_before_anything_is_done(conninfo: str, tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(FEEDS + "colour = 1\n")
    with pytest.raises(BadFeeds, match="line 6: nothing is called colour"):
        Supervisor(CollectorSettings(network="test", feeds=str(tmp_path / "feeds.toml")), conninfo, Orders())


EVERYTHING = """
[[feeds]]
id = "all"
name = "All"
labels = ["porn", "sexual", "nudity", "graphic-media", "!no-unauthenticated"]
"""
LEFT_OUT = """
select
  (select count(*) from feed_entry),
  (select sum(gained - lost)::bigint from feed_hour),
  (
    select count(*)
    from (
      select distinct actor, rkey
      from event
      where
        collection = (select id from collection where name = 'app.bsky.feed.post')
        and operation = 'c'
        and not post_is_gone(actor, rkey)
    ) as post
    full join feed_entry as entry on entry.account = post.actor and entry.rkey = post.rkey
    where entry.account is null or post.actor is null
  )
"""


@pytest.mark.long
@pytest.mark.parametrize("victim", [0, 2])
def test_a_killed_worker_or_roller_leaves_feeds_with_each_post_once(
    conninfo: str, database: psycopg.Connection, tmp_path: Path, victim: int
) -> None:
    file, recorded = tmp_path / "feeds.toml", tmp_path / "minute.jsonl.zst"
    file.write_text(EVERYTHING)
    write_recording(recorded, 20_000, seed=13)
    with (
        served(recorded, speed=12) as url,
        collecting(conninfo, url, "--until-idle", "1.5", "--feeds", str(file)) as collector,
    ):
        wait_for(lambda: events_of(database) > 3000)
        os.kill(collector.children()[victim], signal.SIGKILL)
        collector.end()
    row = database.execute(LEFT_OUT).fetchone()
    assert row is not None
    entries, counted, differing = row
    assert entries > 500
    assert (counted, differing) == (entries, 0)
