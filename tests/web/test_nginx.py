"""nginx in front, with the configuration that we ship: it keeps what it may, and as long as it may."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from collector.boards import Boards
from tests.collector.frames import ALICE, BOB, like, post_uri
from tests.collector.rig import Rig
from tests.web.conftest import program
from tests.web.site import Site, site
from web import freshness
from web.freshness import Freshness

CONFIGURATION = Path(__file__).parents[2] / "ops" / "nginx" / "skytally.conf"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def nginx(folder: Path, origin: int) -> Iterator[Site]:
    """The configuration with other addresses and another place for its cache."""
    port = free_port()
    ours = CONFIGURATION.read_text()
    for old, new in (
        ("/var/lib/nginx/skytally", str(folder / "cache")), ("127.0.0.1:8420", f"127.0.0.1:{origin}"),
        ("listen 8480", f"listen 127.0.0.1:{port}"),
    ):  # fmt: skip
        assert old in ours
        ours = ours.replace(old, new)
    folder.mkdir()
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{ours}\n}}\n"
    )
    command = [program("nginx", "nginx-light"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen([*command, "-g", "daemon off;"]) as process:
        try:
            end_at = time.monotonic() + 10
            while True:
                assert process.poll() is None, (folder / "error.log").read_text()
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert time.monotonic() < end_at
            yield Site(port)
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait(10)


def test_the_second_of_two_is_a_hit_and_what_is_gone_is_served_stale(conninfo: str, tmp_path: Path) -> None:
    program("nginx", "nginx-light")
    with closing(Rig(conninfo, tmp_path)) as rig:
        rig.hand(*[like(post_uri(ALICE, "3mpsz5xmars22"), BOB, n) for n in range(3)], at=60_000)
        rig.fold()
        Boards(rig.roller, 100, 40).refresh()
    path = "/api/v1/top/accounts"
    with site(conninfo) as origin, nginx(tmp_path / "nginx", origin.port) as front:
        first, second = front.get(path), front.get(path)
        assert (first.headers["x-cache"], second.headers["x-cache"]) == ("MISS", "HIT")
        assert first.body == second.body
        assert second.json["rows"][0]["did"] == ALICE
        assert second.headers["etag"] == first.headers["etag"]
        zipped = front.get("/api/v1/network/series", Accept_Encoding="gzip")
        assert (zipped.headers["x-cache"], zipped.headers["content-encoding"]) == ("MISS", "gzip")
        refused = [front.get(f"{path}?nonsense=1").headers["x-cache"] for _ in range(2)]
        assert refused == ["MISS", "MISS"]
        status = [front.get("/api/v1/status").headers["x-cache"] for _ in range(2)]
        assert status == ["MISS", "MISS"]
        assert re.search(r"stale-if-error=120", first.headers["cache-control"])


@pytest.mark.long
def test_nothing_is_served_for_longer_than_its_answer_says(
    conninfo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("nginx", "nginx-light")
    monkeypatch.setitem(freshness.OF_WINDOW, "1h", Freshness(2, 30))
    monkeypatch.setattr(freshness, "STALE_AT_CDN_S", 1)
    monkeypatch.setattr(freshness, "NAMES_IF_ERROR_S", 2)
    path = "/api/v1/top/accounts"
    with ExitStack() as running:
        origin = running.enter_context(site(conninfo))
        front = running.enter_context(nginx(tmp_path / "nginx", origin.port))
        first = front.get(path)
        assert (first.status, first.headers["x-cache"]) == (200, "MISS")
        time.sleep(2 + 2 + 1)  # fresh, stale while it is asked for again, and over
        anew = front.get(path)
        assert (anew.status, anew.headers["x-cache"]) in {(200, "EXPIRED"), (200, "REVALIDATED")}
        origin.stop()
        time.sleep(1 + 2 + 1)  # the origin had it stale; and then no longer than errors excuse it
        assert front.get(path).status == 502
        assert front.get("/api/v1/top/posts").status == 502


def test_the_origin_stopped_just_now_there_is_still_a_stale_answer(
    conninfo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("nginx", "nginx-light")
    monkeypatch.setitem(freshness.OF_WINDOW, "1h", Freshness(2, 30))
    with ExitStack() as running:
        origin = running.enter_context(site(conninfo))
        front = running.enter_context(nginx(tmp_path / "nginx", origin.port))
        first = front.get("/api/v1/top/accounts")
        origin.stop()
        time.sleep(2 + 2 + 1)
        again = front.get("/api/v1/top/accounts")
        assert (again.status, again.headers["x-cache"], again.body) == (200, "STALE", first.body)
