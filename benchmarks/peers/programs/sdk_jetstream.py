"""The atproto SDK's Jetstream client, used as its examples use it; nothing is done with the models that it makes.

The blocking client: on our machines it is the faster of its two. Not compressed, for the same reason.

    python -m benchmarks.peers.programs.sdk_jetstream URL EVENTS
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from benchmarks.peers.programs.stopwatch import Stopwatch


def main(url: str, events: int) -> None:
    atproto: Any = importlib.import_module("atproto")
    client = atproto.JetstreamClient(base_uri=url.rpartition("/")[0], compress=False)
    watch, done = Stopwatch(), 0

    def take(_: object) -> None:
        nonlocal done
        watch.start()
        done += 1
        if done == events:
            watch.stop(done)
            client.stop()

    client.start(take)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
