"""The reckoning: what each batch came to, added to the vitals of its worker, once a batch and never for an event.

What somebody else names, collections, is shown by names of ours. It decides nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping

from collector.batch import Batch
from collector.content import Content
from collector.feeds.taking import Taking
from collector.names import Names
from collector.vitals import BATCH_FRAMES_MAX, EVENTS, OTHER, WorkerVitals

_FIGURES = {(collection, operation): f"accepted {collection} {operation}" for collection, operation in EVENTS}


class Reckoning:
    """Adds up for one worker."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def add(
        self, vitals: WorkerVitals, batch: Batch, content: Content, quarantined: Counter[str],
        copied: Mapping[str, int], feeds: Taking | None,
    ) -> None:  # fmt: skip
        """A batch that is durable now. `quarantined` are its refused events that were new, by reason, `copied` rows by
        table, since the worker began."""
        events, frames, now = sum(content.events), len(batch.frames), time.monotonic()
        vitals.add("batches", 1)
        vitals.add("frames", frames)
        vitals.add(next((f"batches_to_{most}" for most in BATCH_FRAMES_MAX if frames <= most), "batches_larger"), 1)
        vitals.add("events", events)
        vitals.add("duplicates", len(content.duplicates))
        vitals.add("refused", quarantined.total())
        vitals.add("losses", len(content.losses))
        vitals.add("gaps", len(content.gaps))
        for reason, n in quarantined.items():
            vitals.add(f"refused {reason}", n)
        for (_, collection, operation), n in content.tallies.network.items():
            name = self._names.collection_name(collection) or OTHER
            vitals.add(_FIGURES.get((name, operation)) or _FIGURES[OTHER, operation], n)
        for table, rows in copied.items():
            vitals.set(f"copied {table}", rows)
        if feeds is not None:
            vitals.add("feed_posts_taken", feeds.posts_taken)
            vitals.add("feed_entries_taken", feeds.entries_taken)
            vitals.add("feed_entries_gone", feeds.entries_gone)
        vitals.durable(events, now - batch.since, now)
