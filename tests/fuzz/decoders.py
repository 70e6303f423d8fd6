"""The decoders, each as one function of bytes: nothing but its own error may leave it, soon and without much memory.

It owns what one input may cost, and seeds to begin with. It does not know how inputs are made.
"""

from __future__ import annotations

import contextlib
import resource
import time
from collections.abc import Callable
from itertools import islice

from benchmarks.envelope import envelope
from benchmarks.relay import Relay
from benchmarks.simulator import Simulation
from benchmarks.zstd import zstd
from collector.compressed import Dictionary
from collector.decode import decode
from collector.envelopes import Envelopes
from collector.errors import BadFrame
from collector.firehose import Firehose
from collector.sources.stream import HostSaid
from collector.sources.subscribe_events import SubscribeEvents
from collector.sources.subscribe_repos import SubscribeRepos
from collector.translation import Translator
from collector.usual import decode as decode_usual
from collector.wires import EVENTS, REPOS

SECONDS_MAX = 0.05
BYTES_MAX = 64 << 20
LATEST_US = 1 << 60
_TRIES = 5  # another process may have had the processor
_FRAME_BYTES_MAX = 16 << 20

Decoder = Callable[[bytes], object]


class Broke(Exception):
    """A decoder did what it must not; says which and with what."""


def decoders() -> dict[str, Decoder]:
    """Each by its name."""
    repos, events = SubscribeRepos("ws://fuzz" + REPOS), SubscribeEvents("ws://fuzz" + EVENTS, compressed=False)
    dictionary = Dictionary(_dictionary(), "trained")
    return {
        "line": _line,
        "repos": lambda data: _translated(Firehose(), data),
        "events": lambda data: _translated(Envelopes(_FRAME_BYTES_MAX), data),
        "repos source": lambda data: _looked_at(repos, data),
        "events source": lambda data: _looked_at(events, data),
        "zstd": lambda data: len(dictionary.expand(data, _FRAME_BYTES_MAX)) <= _FRAME_BYTES_MAX,
    }


def seeds() -> list[bytes]:
    """Good frames of every wire, and what is worst."""
    found = list(islice(Simulation(seed=3, rate=2000, poison_share=0.2).events(), 300))
    lines = [line for _, line in found]
    frames = [frame for *_, frame in Relay().frames(found)]
    ready = zstd.ZstdDict(_dictionary())
    packed = [zstd.compress(line, zstd_dict=ready) for line in lines[:50]]
    return [*lines, *map(envelope, lines, range(1, 301)), *frames, *packed, *_bombs()]


def try_out(name: str, decoder: Decoder, data: bytes) -> None:
    """One input to one decoder. Raises Broke."""
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    took_s = 1e9
    for _ in range(_TRIES):
        begun = time.process_time()
        try:
            decoder(data)
        except BaseException as error:
            raise Broke(f"{name} lets {error!r} out, of {len(data)} bytes: {data[:300].hex()}") from error
        took_s = min(took_s, time.process_time() - begun)
        if took_s <= SECONDS_MAX:
            break
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib) << 10
    if took_s > SECONDS_MAX or grown > BYTES_MAX:
        raise Broke(f"{name} takes {took_s:.3f} s and {grown >> 20} MiB, of {len(data)} bytes: {data[:300].hex()}")


def _line(data: bytes) -> None:
    with contextlib.suppress(BadFrame):
        decode(data, LATEST_US)
    with contextlib.suppress(ValueError, RecursionError):  # what the short way leaves to the long one
        decode_usual(data)


def _translated(translator: Translator, data: bytes) -> None:
    for line in translator.translate([data]).lines:
        _line(line)


def _looked_at(source: SubscribeRepos | SubscribeEvents, data: bytes) -> None:
    source.did(data)
    source.position(data)
    with contextlib.suppress(HostSaid):
        source._look(data)


def _dictionary() -> bytes:
    lines = [line for _, line in islice(Simulation(seed=4, rate=2000).events(), 2000)]
    content: bytes = zstd.train_dict(lines, 16_384).dict_content
    return content


def _bombs() -> list[bytes]:
    """Nested, endless, huge in small."""
    return [
        b"[" * 200_000, b'{"a":' * 100_000, b"\x81" * 200_000, b"\xa1\x61a" * 100_000, b"\x9b" + b"\xff" * 8,
        b"\xa2atg#commitbop\x01" + b"\x81" * 100_000, zstd.compress(b"\0" * 50_000_000),
        zstd.compress(b"\0" * 10_000_000, options={zstd.CompressionParameter.content_size_flag: 0}), b"",
    ]  # fmt: skip
