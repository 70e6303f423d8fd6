"""The life of a record: which creates its deletes take back, in whatever order they come."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from collector.record import KNOWN_US, losses
from collector.rows import Row


def row(operation: str, rev: int, time_us: int | None = None) -> Row:
    return Row(b"", rev if time_us is None else time_us, operation, rev, 1, 1, 1, None, None)


def found(before: list[Row], new: list[Row], for_ever: bool = False) -> list[tuple[int, int, int]]:
    return sorted((loss.created.rev, loss.deleted.rev, loss.sign) for loss in losses(before, new, lambda _: for_ever))


def test_a_delete_takes_back_its_create() -> None:
    assert found([row("c", 1)], [row("d", 2)]) == [(1, 2, 1)]


def test_a_delete_of_the_unseen_takes_back_nothing() -> None:
    assert found([], [row("d", 2)]) == []
    assert found([row("u", 1)], [row("d", 2)]) == []


def test_a_second_delete_takes_back_nothing() -> None:
    assert found([row("c", 1), row("d", 2)], [row("d", 3)]) == []


def test_only_the_latest_of_two_creates_is_taken_back() -> None:
    assert found([row("c", 1), row("c", 2)], [row("d", 3)]) == [(2, 3, 1)]


def test_a_create_that_comes_after_its_delete_is_taken_back_at_once() -> None:
    assert found([row("d", 2)], [row("c", 1)]) == [(1, 2, 1)]


def test_a_create_that_comes_late_between_two_others_moves_the_loss() -> None:
    assert found([row("c", 1), row("d", 5)], [row("c", 3)]) == [(1, 5, -1), (3, 5, 1)]


def test_a_later_create_stays_when_an_earlier_delete_comes_late() -> None:
    assert found([row("c", 9)], [row("d", 5)]) == []


def test_a_create_is_known_for_seven_days_of_stream_time_and_a_follow_for_ever() -> None:
    created = row("c", 1, 0)
    assert found([created], [row("d", 2, KNOWN_US)]) == [(1, 2, 1)]
    assert found([created], [row("d", 2, KNOWN_US + 1)]) == []
    assert found([created], [row("d", 2, KNOWN_US + 1)], for_ever=True) == [(1, 2, 1)]


histories = st.lists(st.tuples(st.sampled_from("ccdu"), st.integers(1, 40)), max_size=12, unique_by=lambda e: e[1])


@given(histories, st.randoms(use_true_random=False), st.integers(1, 4))
def test_the_sum_of_all_changes_is_the_same_in_every_order_and_cut(
    history: list[tuple[str, int]], random: object, size: int
) -> None:
    rows = [row(operation, rev) for operation, rev in history]
    at_once = Counter({pair[:2]: pair[2] for pair in found([], rows)})
    random.shuffle(rows)  # type: ignore[attr-defined]
    before: list[Row] = []
    in_parts: Counter[tuple[int, int]] = Counter()
    while rows:
        new, rows = rows[:size], rows[size:]
        for created, deleted, sign in found(before, new):
            in_parts[created, deleted] += sign
        before += new
    assert {pair: n for pair, n in in_parts.items() if n} == dict(at_once)
