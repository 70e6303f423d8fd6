"""The atproto SDK's firehose client in the shape of its multiprocessing example: one process receives, as many as fit
decode, a queue between. Every created record becomes a model and nothing is done with it.

Left out of the example are what it prints and the cursor that it carries from the workers to the client.

    python -m benchmarks.peers.programs.sdk_firehose URL FRAMES
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
from typing import Any

from benchmarks.peers.programs.stopwatch import Stopwatch

_FRAMES_WAITING_MAX = 10_000  # as in the example
_PROCESSES = multiprocessing.get_context("fork")  # Linux's default before Python 3.14: workers need not import anew


def main(url: str, frames: int) -> None:
    atproto: Any = importlib.import_module("atproto")
    client = atproto.FirehoseSubscribeReposClient(base_uri=url.rpartition("/")[0])
    waiting: Any = _PROCESSES.Queue(_FRAMES_WAITING_MAX)
    counts: Any = _PROCESSES.Queue()
    workers = [
        _PROCESSES.Process(target=_work, args=(atproto, waiting, counts), daemon=True)
        for _ in range((os.cpu_count() or 1) * 2 - 1)  # as in the example
    ]
    for worker in workers:
        worker.start()
    watch, received = Stopwatch(), 0

    def take(message: object) -> None:
        nonlocal received
        watch.start()
        waiting.put(message)
        received += 1
        if received == frames:
            client.stop()

    client.start(take)
    for _ in workers:
        waiting.put(None)
    events = sum(counts.get() for _ in workers)
    for worker in workers:
        worker.join()
    watch.stop(events)


def _work(atproto: Any, waiting: Any, counts: Any) -> None:
    events = 0
    while (message := waiting.get()) is not None:
        events += _decoded(atproto, atproto.parse_subscribe_repos_message(message))
    counts.put(events)


def _decoded(atproto: Any, said: Any) -> int:
    """How many events there are in a message; those that the example decodes are decoded."""
    if not isinstance(said, atproto.models.ComAtprotoSyncSubscribeRepos.Commit):
        return 1
    blocks = atproto.CAR.from_bytes(said.blocks).blocks
    for operation in said.ops:
        if operation.action == "update":
            continue  # as in the example
        uri = atproto.AtUri.from_str(f"at://{said.repo}/{operation.path}")
        if operation.action == "create":
            record = atproto.models.get_or_create(blocks[operation.cid], strict=False)
            _ = {"uri": str(uri), "cid": str(operation.cid), "author": said.repo, "record": record}
    return len(said.ops)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
