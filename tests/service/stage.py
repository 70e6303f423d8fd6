"""One service: upstream, PostgreSQL, memcached, collector and site, kept as their units say, and read all along.

The stage of the faults (tests/faults/stage.py), with all of the service on it in place of a bare collector, so that the
same strikes can be played.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from benchmarks.faults import FaultOptions
from benchmarks.store import Store
from tests.faults.finish import all_counted
from tests.faults.hosts import Hosts, hosts
from tests.faults.process import marked, wait_for
from tests.faults.server import NETWORK, Server
from tests.faults.stage import SPAN_S, Stage
from tests.service.lag import Lag
from tests.service.measure import Measure
from tests.service.readers import BOARD, PATHS, Reader, ask
from tests.service.unit import Unit
from tests.service.unit_file import unit_file
from tests.service.upstream import Upstream

SITES = 2
_START_S_MAX = 60.0
_CAUGHT_UP_S = 6.0
"""No further behind than this, what was there at the start is counted."""
_RECOVERED_S_MAX = 120.0


class ServiceStage(Stage):
    """What a strike may use."""

    def __init__(self, seed: int, server: Server, conninfo: str, folder: Path, played: Hosts, measure: Measure) -> None:
        self.recording_path = folder / "delivered.jsonl"
        super().__init__(seed, server, conninfo, folder, played, [self.recording_path])
        self.measure = measure
        self.settings = {
            "source": "", "network": NETWORK, "web-misses-per-second": "0", "board-interval-s": str(measure.board_s),
        }  # fmt: skip
        self.run = Path(tempfile.mkdtemp(prefix="skytally-"))  # short: paths of sockets have 107 bytes
        self.socket = str(self.run / "web.sock")
        self.units: dict[str, Unit] = {}
        self.readers: list[Reader] = []
        self.normal_s = 0.0
        """Seconds behind that are none too many."""
        self.recovered_s: float | None = None
        """From the strike until the watermark was no further behind than before; 0: it never was."""
        self.stack.callback(shutil.rmtree, self.run, ignore_errors=True)

    @property
    def sites(self) -> list[Unit]:
        """The units of the site."""
        return [unit for name, unit in self.units.items() if name.startswith("web")]

    def play(self, faults: FaultOptions | None = None, store: Store | None = None, span_s: float = SPAN_S) -> None:
        """The network begins; how long it goes on is not known yet."""
        del faults, store, span_s
        self.upstream = Upstream(self.hosts, self.seed, self.measure.rate, self.measure.past_s, self.recording_path)
        self.stack.callback(self.upstream.close)
        self.host = self.upstream.host

    def collect(self, *urls: str) -> None:
        """Start every unit, each when it can be."""
        self.settings["source"] = " ".join(urls) or self.host.url
        self.lag = Lag(self.conninfo)
        self.stack.callback(self.lag.end)
        if shutil.which("memcached"):
            self.settings["memcached"] = str(self.run / "skytally-memcached" / "socket")
            self.keep("memcached", "skytally-memcached.service")
        self.collector = self.keep("collector", "skytally-collector.service")
        listener = self.stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        listener.bind(self.socket)
        listener.listen(1024)
        for number in range(1, SITES + 1):
            self.keep(f"web{number}", "skytally-web@.service", str(number), listener)

    def keep(self, name: str, file: str, instance: str = "", listener: socket.socket | None = None) -> Unit:
        """Start a unit, with the settings that all have."""
        settings = {f"SKYTALLY_{key.upper().replace('-', '_')}": value for key, value in self.settings.items()}
        variables = {**settings, **self.variables}
        self.units[name] = Unit(name, unit_file(file, instance), self.run, self.mark, variables, listener)
        return self.units[name]

    def begin(self) -> None:
        """The whole service, up to where it runs undisturbed."""
        self.play()
        self.collect()
        self.reach(0.0)

    def reach(self, share: float) -> None:
        """Return when it has been running undisturbed for a while, and is read; the share does not matter here."""
        del share
        self.must(lambda: all(unit.ready for unit in self.units.values()), "not every unit is ready")
        self.must(lambda: self.lag.now_s < _CAUGHT_UP_S, "it does not catch up")
        folds = self.one("select folds from fold")
        # not before: an empty board would be fresh in the cache for half a minute
        self.must(lambda: self.one("select max(folds) from board") > folds, "no board is made")
        top: list[str] = []
        self.must(lambda: top or self._look(top), "there is no board")
        self.read([*PATHS, f"/api/v1/accounts/{top[0]}"])
        time.sleep(self.measure.steady_s)
        self.normal_s = self.lag.normal_s(time.monotonic(), self.measure.steady_s)

    def read(self, paths: list[str]) -> None:
        """Have these asked for from now on."""
        for path in paths:
            self.must(lambda path=path: (found := ask(self.socket, path)) and found.status == 200, f"no {path}")
            self.readers.append(Reader(self.socket, path))
            self.readers[-1].start()

    def _look(self, top: list[str]) -> bool:
        """Note who is on the board, if whichever process of the site answers knows of anybody yet."""
        answer = ask(self.socket, BOARD)
        rows = orjson.loads(answer.body)["rows"] if answer and answer.status == 200 else []
        top += [row["did"] for row in rows]
        return bool(top)

    def struck(self) -> None:
        """The fault strikes now, or has just gone away where it lasts."""
        self.struck_s = time.monotonic()

    def recover(self) -> None:
        """Return when the watermark has been where it was before for a while."""
        assert self.struck_s is not None
        last_s = self.struck_s
        limit_s = self.struck_s + _RECOVERED_S_MAX + self.measure.away_s
        while (now_s := time.monotonic()) < last_s + self.measure.steady_s:
            assert now_s < limit_s, f"it is {self.lag.now_s:.1f} s behind, and was {self.normal_s:.1f}"
            self.recovered_s = self.lag.recovered_s(self.struck_s, self.normal_s)
            last_s = self.struck_s + self.recovered_s
            time.sleep(0.1)

    def counted_s(self) -> float | None:
        """Seconds from the strike to the first new event counted after it; by another run where it took one."""
        assert self.struck_s is not None
        before = [sample for sample in self.watch.samples if sample.at_s <= self.struck_s]
        if self.watch.now.epoch > before[-1].epoch:
            return self.watch.recovery_s(self.struck_s)
        after = (sample.at_s for sample in self.watch.samples if sample.events > before[-1].events)
        return next((at_s - self.struck_s for at_s in after), None)

    def end(self) -> None:
        """Once it has recovered: nothing more happens, all is counted, and each unit is stopped in order."""
        self.recover()
        assert all(reader.is_alive() for reader in self.readers), "a reader has died"
        self.stop_reading()
        self.upstream.hush()
        all_counted(self.conninfo, self.hosts, lambda: True)
        for name, unit in self.units.items():
            code = unit.stop()
            assert code in (0, -signal.SIGTERM), f"{name} ended with {code}"
        self.is_over = True

    def stop_reading(self) -> None:
        """Nobody asks any more."""
        for reader in self.readers:
            reader.end()

    def must(self, what: object, trouble: str) -> None:
        """It comes to be, or the run has failed."""
        assert wait_for(what, _START_S_MAX), trouble  # type: ignore[arg-type]

    def said(self) -> str:
        """The last words of every unit."""
        return "\n".join(f"{name}: {unit.said()[-2000:]}" for name, unit in self.units.items())

    def left(self) -> list[int]:
        """What lives of its units."""
        return [pid for name in self.units for pid in marked(f"{self.mark}-{name}")]

    def orphans(self) -> list[int]:
        wait_for(lambda: not self.left(), 2.0)
        return self.left()

    def clear(self) -> None:
        """Leave nothing behind, whatever went wrong."""
        self.stop_reading()
        for unit in self.units.values():
            unit.abandon()
        for pid in self.left():
            os.kill(pid, signal.SIGKILL)
        super().clear()


@contextmanager
def service_stage(seed: int, server: Server, folder: Path, measure: Measure) -> Iterator[ServiceStage]:
    """The stage of one run."""
    folder.mkdir()
    with server.database() as conninfo, hosts() as played:
        made = ServiceStage(seed, server, conninfo, folder, played, measure)
        try:
            yield made
        finally:
            made.clear()
