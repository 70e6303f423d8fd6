"""The window of seen keys: what it holds, and from where on it vouches."""

from __future__ import annotations

from collector.window import CHUNK_KEYS, MARGIN_US, Window

SPAN_US = 900_000_000
STEP_US = 4 * SPAN_US // (20 * CHUNK_KEYS)  # between events: twenty chunks are more than span and margin


def key(number: int) -> bytes:
    return number.to_bytes(28, "big")


def filled(events: int, step_us: int, *, at_least: int = 1, at_most: int = 1 << 40) -> Window:
    window = Window(SPAN_US, at_least, at_most)
    for number in range(events):
        window.add(key(number), number * step_us, delete=number % 10 == 0)
        window.let_go()
    return window


def test_everything_accepted_after_the_floor_is_in_it() -> None:
    events, step_us = 20 * CHUNK_KEYS, STEP_US
    window = filled(events, step_us)
    assert window.floor_us is not None
    gone = [number for number in range(events) if key(number) not in window]
    assert gone
    assert gone == list(range(len(gone)))
    assert gone[-1] * step_us == window.floor_us


def test_the_span_is_kept_in_full() -> None:
    events, step_us = 20 * CHUNK_KEYS, STEP_US
    window = filled(events, step_us)
    oldest_to_keep = (events - 1) * step_us - SPAN_US
    assert all(key(number) in window for number in range(oldest_to_keep // step_us, events))


def test_the_least_number_of_keys_is_kept_however_old() -> None:
    window = filled(8 * CHUNK_KEYS, 3_600_000_000, at_least=5 * CHUNK_KEYS)
    assert len(window) >= 5 * CHUNK_KEYS


def test_memory_has_a_bound_however_fast_they_come() -> None:
    window = filled(20 * CHUNK_KEYS, 1, at_most=4 * CHUNK_KEYS)
    assert len(window) < 5 * CHUNK_KEYS
    assert window.floor_us is not None


def test_a_window_that_has_let_nothing_go_vouches_for_everything() -> None:
    assert filled(CHUNK_KEYS, 1_000).vouched_us == 0


def test_below_the_floor_and_a_margin_the_log_must_be_asked() -> None:
    assert Window(SPAN_US, 1, 1 << 40, floor_us=10**15).vouched_us == 10**15 + MARGIN_US


def test_a_deleted_record_is_remembered_as_long_as_its_delete() -> None:
    window = filled(20 * CHUNK_KEYS, STEP_US)
    for number in range(0, 20 * CHUNK_KEYS, 10):
        assert (key(number)[8:] in window.deleted) == (key(number) in window)
    assert window.floor_us is not None
    assert key(20 * CHUNK_KEYS - 1)[8:] not in window.deleted


def test_keys_remembered_in_bulk_leave_like_any_others() -> None:
    window = Window(SPAN_US, 1, 1 << 40)
    for number in range(0, 20 * CHUNK_KEYS, 100):
        keys = [key(n) for n in range(number, number + 100)]
        window.seen.update(keys)
        window.remember(keys, (number + 99) * STEP_US)
        assert keys[0] in window
        window.let_go()
    assert window.floor_us is not None
    assert all(key(n) in window for n in range(window.floor_us // STEP_US + 1, 20 * CHUNK_KEYS))
    assert key(0) not in window
