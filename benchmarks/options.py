"""What benchmarks can be told. Apart from them, so that who only asks does not load what they need."""

from __future__ import annotations

from dataclasses import dataclass, field

EVENTS_MAX = {"jetstream": 1_000_000, "jetstream-zstd": 300_000, "repos": 100_000}
"""Events of a simulated recording, by wire: the first is looped, of the last a hundred thousand are half a gigabyte."""


KILLED = ("reader", "worker", "roller", "postgres")
"""Whom a recovery is measured from."""


@dataclass(frozen=True, slots=True)
class PipelineOptions:
    """What `skytally bench pipeline` can be told."""

    events: int = field(default=2_000_000, metadata={"help": "events flat out; a recording of a million is looped"})
    workers: int = field(default=2, metadata={"help": "worker processes"})
    runs: int = field(default=3, metadata={"help": "tries of the whole; the median is shown, all are kept"})
    live_s: int = field(default=30, metadata={"help": "seconds at a live rate of 500 events a second; 0: not"})
    recording: str = field(default="", metadata={"help": "recording to use instead of a simulated one"})
    seed: int = field(default=1, metadata={"help": "of the simulated recording"})
    experience: bool = field(
        default=False, metadata={"help": "measure flat out with experience and without it, in turns: what it costs"}
    )
    wire: str = field(
        default="jetstream",
        metadata={
            "help": "jetstream; jetstream-zstd: Jetstream v2's own, compressed; repos: the raw firehose. The last two "
            "are not looped, nor measured at a live rate"
        },
    )


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What `skytally bench --check` can be told."""

    accept: bool = field(default=False, metadata={"help": "with --check: make what is found the baseline"})


@dataclass(frozen=True, slots=True)
class ScalingOptions:
    """What `skytally bench scaling` can be told."""

    numbers: str = field(default="1,2,4", metadata={"help": "of worker processes, with commas"})
    events: int = field(default=2_000_000, metadata={"help": "events flat out; a recording of a million is looped"})
    runs: int = field(default=3, metadata={"help": "tries of each number; the median is shown, all are kept"})
    recording: str = field(default="", metadata={"help": "recording to use instead of a simulated one"})
    seed: int = field(default=1, metadata={"help": "of the simulated recording"})


@dataclass(frozen=True, slots=True)
class StorageOptions:
    """What `skytally bench storage` can be told."""

    events: int = field(default=4_000_000, metadata={"help": "events; two hours of today's network are 3.6 million"})
    workers: int = field(default=2, metadata={"help": "worker processes"})
    runs: int = field(default=3, metadata={"help": "tries; the median is shown, all are kept"})
    recording: str = field(default="", metadata={"help": "recording to use instead of a simulated one"})
    seed: int = field(default=1, metadata={"help": "of the simulated recording"})


@dataclass(frozen=True, slots=True)
class RecoveryOptions:
    """What `skytally bench recovery` can be told."""

    killed: str = field(
        default=",".join(KILLED), metadata={"help": "who is killed, one after the other, with commas"}
    )
    settle_s: int = field(default=20, metadata={"help": "seconds at a live rate before each kill"})
    rate: int = field(default=500, metadata={"help": "events a second; live are 500 to 600"})
    runs: int = field(default=3, metadata={"help": "tries of each kill; the median is shown, all are kept"})
    workers: int = field(default=2, metadata={"help": "worker processes"})


@dataclass(frozen=True, slots=True)
class SuiteOptions:
    """What `skytally bench` can be told when it runs all of them."""

    recording: str = field(
        default="", metadata={"help": "recording to use where one can be, instead of a simulated one"}
    )
    quick: bool = field(default=False, metadata={"help": "small sizes and one try, some minutes in all: to try it out"})
    results: str = field(default="benchmarks/results", metadata={"help": "folder for NAME.json and the drawings"})
    only: str = field(default="", metadata={"help": "names of results, with commas; none: all"})


@dataclass(frozen=True, slots=True)
class FeedsOptions:
    """What `skytally bench feeds` can be told."""

    posts: int = field(default=5_000_000, metadata={"help": "generated posts of the feed that is paged"})
    requests: int = field(default=1000, metadata={"help": "pages that are asked for, warm and cold"})
    events: int = field(default=2_000_000, metadata={"help": "events flat out, with fifty feeds and without"})
    runs: int = field(default=3, metadata={"help": "tries of that; the median is shown, all are kept"})
    workers: int = field(default=2, metadata={"help": "worker processes"})
    seed: int = field(default=1, metadata={"help": "of the simulated recording, the feeds and the pages"})


@dataclass(frozen=True, slots=True)
class ExperienceOptions:
    """What `skytally bench experience` can be told."""

    rounds: int = field(default=50, metadata={"help": "rounds, each once with and once without"})
    batches: int = field(default=8, metadata={"help": "batches of 2,048 events a round, before the fold"})
    accounts: int = field(default=300_000, metadata={"help": "simulated accounts"})
    seed: int = field(default=1, metadata={"help": "of the simulated events"})


@dataclass(frozen=True, slots=True)
class BoardsOptions:
    """What `skytally bench boards` can be told."""

    accounts: int = field(default=1_000_000, metadata={"help": "accounts"})
    account_hours: int = field(default=20_000_000, metadata={"help": "accounts with anything, by hour, over 30 days"})
    rate: int = field(default=2000, metadata={"help": "events a second in the minutes that are kept"})
    runs: int = field(default=1, metadata={"help": "tries of the whole; the median is shown, all are kept"})
    seed: int = field(default=1, metadata={"help": "of the history"})


@dataclass(frozen=True, slots=True)
class WebOptions:
    """What `skytally bench web` can be told."""

    events: int = field(default=500_000, metadata={"help": "simulated events that are counted first"})
    seconds: int = field(default=8, metadata={"help": "seconds of each measurement"})
    runs: int = field(default=3, metadata={"help": "tries of the whole; the median is shown, all are kept"})
    soak_s: int = field(default=0, metadata={"help": "seconds at full load, 2,000 events a second coming in; 0: not"})
    recording: str = field(default="", metadata={"help": "recording to count first instead of a simulated one"})
    seed: int = field(default=1, metadata={"help": "of the simulated recording"})


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """What `skytally bench live` can be told."""

    readers: int = field(default=1000, metadata={"help": "who watch at once, on one web process"})
    seconds: int = field(default=60, metadata={"help": "seconds that are measured"})
    settle_s: int = field(default=10, metadata={"help": "seconds before that, in which things settle"})
    rate: int = field(default=500, metadata={"help": "events a second; live are 500 to 600"})
    workers: int = field(default=2, metadata={"help": "worker processes"})


@dataclass(frozen=True, slots=True)
class SoakOptions:
    """What `skytally bench soak` can be told."""

    seconds: int = field(default=1800, metadata={"help": "seconds that are measured"})
    settle_s: int = field(default=1800, metadata={"help": "seconds before that, in which caches and windows fill"})
    played_s: int = field(
        default=0, metadata={"help": "seconds of the network to catch up with first, so that boards have a whole hour"}
    )
    rate: int = field(default=3000, metadata={"help": "events a second; live are 500 to 600"})
    requests: int = field(default=50, metadata={"help": "requests a second to the site"})
    workers: int = field(default=2, metadata={"help": "worker processes"})
