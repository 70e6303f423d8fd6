"""Translation: what a frame of any wire says, as lines of the one form that everything behind it reads, Jetstream's.

So what counts, what is refused and why, and under which key, is decided in one place for all wires. What a wire's own
wrapping makes unreadable is refused here, before it is a line. It does not know which wires there are.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from collector.errors import BadFrame


class Broken(NamedTuple):
    """An event, or a whole frame where no event can be made out, that no line can be made of."""

    frame: bytes
    bad: BadFrame


class Translated(NamedTuple):
    """What the frames of a batch came to."""

    lines: list[bytes]
    """One an event."""
    origins: dict[bytes, bytes]
    """The frame that a line came in; a line that is missing is its own frame."""
    broken: list[Broken]


class Translator(Protocol):
    """Of one wire."""

    line_bytes_max: int
    """Bytes of a line above which it is refused."""

    def translate(self, frames: list[bytes]) -> Translated:
        """The events of some frames, in order. Raises nothing, whatever the frames hold."""


class Verbatim:
    """Of the wire whose lines these are."""

    def __init__(self, line_bytes_max: int) -> None:
        self.line_bytes_max = line_bytes_max

    def translate(self, frames: list[bytes]) -> Translated:
        return Translated(frames, {}, [])
