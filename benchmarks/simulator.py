"""The simulator: an endless stream of Jetstream v1 lines that looks like the real one and follows from a
seed.

This module owns the stream: what happens (`network`), when (`pace`) and the bad input mixed in (`poison`),
put together in order of stream time. It does not know who listens: the caller takes as many events as it
wants, and paces.

The same seed and parameters give the same bytes on every machine and Python version: one `random.Random` is
the only source of chance, and nothing depends on hash order or on the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from random import Random

from benchmarks.mix import MIXES
from benchmarks.network import Network
from benchmarks.pace import DAY_S, SECOND_US, Pace
from benchmarks.poison import Poisoner
from benchmarks.population import Population
from benchmarks.recording import Writer, is_frames
from benchmarks.relay import SEQ_FIRST, Relay

START = "2026-07-04T00:00:00Z"
START_US = 1_783_123_200_000_000
RATE = 500.0
ACCOUNTS_COUNT = 1_000_000
NOISE_RATIO = 5.0
PROGRESS_EVERY = 10_000


@dataclass(frozen=True, slots=True)
class SimulateOptions:
    """What `skytally simulate` can be told."""

    out: str = field(metadata={"help": "file to write: .jsonl, .jsonl.zst, or as a relay sends it, .bin, .bin.zst"})
    events: int = field(default=1_000_000, metadata={"help": "how many events, a line each"})
    seed: int = field(default=1, metadata={"help": "of all chance: the same seed gives the same bytes"})
    start: str = field(default=START, metadata={"help": "stream time of the first second, ISO 8601 with an offset"})
    rate: float = field(
        default=RATE, metadata={"help": "events a second, the mean of a day; today's network has 320 to 520"}
    )
    poison_share: float = field(default=0.0, metadata={"help": "share of the lines that are bad input, 0 to 1"})
    accounts: int = field(default=ACCOUNTS_COUNT, metadata={"help": "accounts of the population; 8 bytes each"})
    mix: str = field(
        default="2026", metadata={"help": "2026, or 2024: the sign-up surge, a third of all events being follows"}
    )


class Simulation:
    """An endless, ordered stream of (stream time in microseconds, line). One simulation is one stream."""

    def __init__(
        self,
        seed: int = 1,
        start_us: int = START_US,
        rate: float = RATE,
        *,
        poison_share: float = 0.0,
        accounts_count: int = ACCOUNTS_COUNT,
        mix: str = "2026",
        hourly: bool = True,
        noise_ratio: float = NOISE_RATIO,
    ) -> None:
        """`rate` in events a second; `noise_ratio` is the variance over the mean of a second's count.

        Raises ValueError for a rate that is not above 0, a share outside 0 to 1, no account, or an unknown mix.
        """
        if not 0 <= poison_share <= 1:
            raise ValueError(f"the share of poison lies between 0 and 1, not at {poison_share}")
        if accounts_count < 1:
            raise ValueError(f"a population has at least 1 account, not {accounts_count}")
        if mix not in MIXES:
            raise ValueError(f"there is a mix 2026 and a mix 2024, none {mix!r}")
        self._random = Random(seed)
        self._poison_share = poison_share
        self._pace = Pace(self._random, start_us, rate, hourly=hourly, noise_ratio=noise_ratio)
        population = Population(accounts_count)
        self._network = Network(self._random, population, start_us, mix)
        self._poisoner = Poisoner(self._random, population)
        self._stream = self._flow()

    @classmethod
    def past_day(cls, seed: int, events_count: int, end_us: int, *, poison_share: float = 0.0) -> Simulation:
        """A day compressed: `events_count` events, evenly over the 24 hours that end at `end_us`.

        Take that many from `events()`; then set `rate`, and the same network goes on living from `end_us`.
        """
        rate = events_count / DAY_S
        start_us = end_us - DAY_S * SECOND_US
        return cls(seed, start_us, rate, poison_share=poison_share, hourly=False, noise_ratio=0.0)

    @property
    def rate(self) -> float:
        """Events a second; may be set at any time and holds from the next second of stream time on."""
        return self._pace.rate

    @rate.setter
    def rate(self, rate: float) -> None:
        self._pace.rate = rate

    def events(self) -> Iterator[tuple[int, bytes]]:
        """The stream, without end: (stream time, line), the time strictly increasing.

        Always the one same iterator.

        The line of a poisonous event may say another time than the pair does, or none.
        """
        return self._stream

    def _flow(self) -> Iterator[tuple[int, bytes]]:
        ready = self._network.ready
        first = True
        for seq, time_us in enumerate(self._pace.times_us(), SEQ_FIRST):  # a relay numbers all that it sends
            if self._poison_share and not first and self._random.random() < self._poison_share:
                yield time_us, self._poisoner.line(time_us)
                continue
            while not ready:
                self._network.happen(time_us)
            yield time_us, ready.popleft().line(time_us, seq)
            first = False


def write_recording(
    out: str | Path,
    events: int,
    seed: int = 1,
    start_us: int = START_US,
    rate: float = RATE,
    poison_share: float = 0.0,
    progress: Callable[[int], None] | None = None,
    *,
    accounts_count: int = ACCOUNTS_COUNT,
    mix: str = "2026",
) -> None:
    """Write the first `events` events of a simulation to `out`.

    `progress` is told the count every 10,000 lines.

    Raises RecordingError when the file cannot be written, ValueError for bad parameters.
    """
    if events < 0:
        raise ValueError(f"there can not be {events} events")
    simulation = Simulation(
        seed, start_us, rate, poison_share=poison_share, accounts_count=accounts_count, mix=mix
    )
    stream = islice(simulation.events(), events)
    with Writer(out) as writer:
        frames = (frame for _, _, frame in Relay().frames(stream)) if is_frames(out) else (line for _, line in stream)
        for number, frame in enumerate(frames, 1):
            writer.write(frame)
            if progress is not None and number % PROGRESS_EVERY == 0:
                progress(number)


def start_us_of(start: str) -> int:
    """The microseconds of an ISO 8601 moment. Raises ValueError if it is none or has no offset."""
    moment = datetime.fromisoformat(start)
    if moment.tzinfo is None:
        raise ValueError(f"{start!r} has no offset: say 2026-07-04T00:00:00Z")
    return round(moment.timestamp()) * SECOND_US


def simulate(options: SimulateOptions, progress: Callable[[int], None] | None = None) -> None:
    """Do what the options say. Raises RecordingError and ValueError as `write_recording` does."""
    write_recording(
        options.out, options.events, options.seed, start_us_of(options.start), options.rate,
        options.poison_share, progress, accounts_count=options.accounts, mix=options.mix,
    )  # fmt: skip
