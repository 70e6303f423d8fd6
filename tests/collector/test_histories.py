"""Any history, in any order and cut, counts as the recount says."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector import window
from tests.collector.frames import ALICE, BOB, CAROL, frame, key, post_uri
from tests.collector.rig import Rig
from tests.conftest import new_database

OPERATIONS = st.tuples(
    st.sampled_from([ALICE, BOB]), st.sampled_from(["like", "repost", "follow", "post"]),
    st.sampled_from([key(900), key(901), "odd"]), st.sampled_from(["create", "create", "delete", "update"]),
    st.integers(0, 30), st.sampled_from([ALICE, BOB, CAROL]),
)  # fmt: skip


def told(kind: str, subject: str) -> dict[str, object]:
    """A record of each kind as it usually is."""
    if kind == "post":
        uri = {"uri": post_uri(subject, key(2))}
        return {"text": "x", "reply": {"root": uri, "parent": uri}}
    return {"subject": subject if kind == "follow" else {"uri": post_uri(subject, key(1)), "cid": "x"}}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(OPERATIONS, min_size=1, max_size=40), st.booleans(), st.data())
def test_any_history_in_any_order_and_cut_counts_as_the_recount_says(
    server: str, tmp_path: Path, history: list[tuple[str, str, str, str, int, str]], small: bool, data: st.DataObject
) -> None:
    """Histories of a few records with deletes, repeats, late events and restarts, on a database of their own; with a
    small window most of them are older than what it holds."""
    frames = [
        frame(kind, did, at=rev * 60_000, rkey=rkey, rev=rev, operation=operation, **told(kind, subject))
        for did, kind, rkey, operation, rev, subject in history
    ]
    sizes = {"window_events_min": 1, "window_s_min": 60} if small else {}
    with (
        pytest.MonkeyPatch.context() as patch, new_database(server) as conninfo,
        closing(Rig(conninfo, tmp_path, **sizes)) as rig,
    ):  # fmt: skip
        patch.setattr(window, "CHUNK_KEYS", 4 if small else window.CHUNK_KEYS)
        play(rig, frames, data)
        report = rig.audit()
    assert report.diff == 0, report.text()


def play(rig: Rig, frames: list[bytes], data: st.DataObject) -> None:
    """Hand the frames over in any order, some of them twice, in batches of any size, with folds and restarts."""
    left = data.draw(st.permutations(frames)) + data.draw(st.lists(st.sampled_from(frames), max_size=10))
    while left:
        size = data.draw(st.integers(1, 15))
        rig.hand(*left[:size])
        left = left[size:]
        if data.draw(st.booleans()):
            rig.fold()
        if data.draw(st.integers(0, 3)) == 0:
            rig.restart()
