"""What a benchmark is fed with: a recording in the form that a wire needs, and how it is served.

It owns which recording is simulated for which wire, and the dictionary of a compressed one, which is trained on what it
compresses. It does not know what is measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks import child
from benchmarks.recording import read
from benchmarks.zstd import zstd

SIMULATED = "simulated"
"""The source of what the simulator made."""
_SAMPLES = 20_000
_DICTIONARY_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Feed:
    """One recording, as it is served."""

    recording: Path
    wire: str
    frames_per_event: float
    flags: tuple[str, ...] = ()
    source: str = SIMULATED
    """Where it comes from: the simulator, or a recording by its name."""

    @property
    def looped(self) -> bool:
        """Whether it can be served over and over, with new times."""
        return self.wire == "jetstream"

    def served(self, events: int) -> tuple[str, ...]:
        """The flags of a replay server that serves so many events."""
        return ("--loop", str(events)) if self.looped else self.flags


def feed_at(folder: Path, rate: int, seconds: int, say: Callable[[str], None]) -> Feed:
    """A simulated recording of so long with so many events a second. Raises ChildFailed."""
    recording, events = folder / "recording.jsonl.zst", rate * seconds
    say(f"simulating {events:,} events at {rate} a second")
    child.run("simulate", "--events", str(events), "--rate", str(rate), "--out", str(recording))
    return Feed(recording, "jetstream", 1.0)


def feed_of(wire: str, given: str, folder: Path, events: int, seed: int) -> Feed:
    """A recording for a wire, simulated unless one is given. Raises ChildFailed, RecordingError."""
    source, suffix = source_of(given), ".bin.zst" if wire == "repos" else ".jsonl.zst"
    recording = Path(given).absolute() if given else folder / f"recording{suffix}"
    if not given:
        # in a process of its own: this one is measured as the supervisor
        child.run("simulate", "--events", str(events), "--seed", str(seed), "--out", str(recording))
    if wire == "repos":
        return Feed(recording, wire, sum(1 for _ in read(recording)) / events, source=source)
    if wire == "jetstream-zstd":
        dictionary = folder / "dictionary"
        samples = list(islice(read(recording), _SAMPLES))
        dictionary.write_bytes(zstd.train_dict(samples, _DICTIONARY_BYTES).dict_content)
        return Feed(recording, wire, 1.0, ("--events", "--dictionary", str(dictionary)), source)
    return Feed(recording, wire, 1.0, source=source)


def source_of(given: str) -> str:
    """What a result says that it was measured with: `simulated`, or the recording's name."""
    return f"recording {Path(given).name}" if given else SIMULATED
