"""What the side-by-side benchmark can be told. Apart from it, so that who only asks does not load what it needs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PeersOptions:
    """What `skytally bench peers` can be told."""

    events: int = field(default=300_000, metadata={"help": "events for each; fewer where that would take for ever"})
    runs: int = field(default=3, metadata={"help": "tries of all, by turns; the median is shown, all are kept"})
    workers: int = field(default=2, metadata={"help": "worker processes of our collector"})
    recording: str = field(
        default="", metadata={"help": "recording (.jsonl, .jsonl.zst) to use instead of a simulated one"}
    )
    seed: int = field(default=1, metadata={"help": "of the simulated recording"})
    markdown: bool = field(default=False, metadata={"help": "the table as Markdown, as in benchmarks/peers/README.md"})
    result: str = field(default="", metadata={"help": "earlier result (of --json) to show instead of measuring"})
