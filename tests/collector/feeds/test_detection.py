"""Language detection, an extra: what it tells where it is installed, and what is said where it is not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.errors import BadFeeds
from collector.feeds.detection import detector
from collector.feeds.kept import FeedsFile

ASKS = '[[feeds]]\nid = "a"\nname = "A"\nlanguages = ["nb"]\ndetect = true\n'


@pytest.fixture(autouse=True)
def looked_for_anew() -> Iterator[None]:
    detector.cache_clear()
    yield
    detector.cache_clear()


def test_a_feed_that_needs_the_extra_says_so_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lingua", None)
    (tmp_path / "feeds.toml").write_text(ASKS)
    with pytest.raises(BadFeeds, match=r"needs the extra `detect`"):
        FeedsFile(str(tmp_path / "feeds.toml"))
    (tmp_path / "feeds.toml").write_text(ASKS.replace("true", "false"))
    FeedsFile(str(tmp_path / "feeds.toml"))


def test_the_detector_is_sure_of_what_is_clear_and_not_of_what_is_short() -> None:
    pytest.importorskip("lingua", reason="lingua is not installed: nothing is said of languages in texts")
    tell = detector()
    for text, language in (
        ("Today the weather is lovely and I will walk along the river", "en"),
        ("これは日本語の投稿です。今日はとても寒いですね。", "ja"),
        ("Heute ist das Wetter schön und ich gehe am Fluss spazieren", "de"),
    ):
        found, sure = tell(text)
        assert (found, sure >= 0.6) == (language, True), (text, found, sure)
    assert tell("ok") == (None, 0.0)
    assert tell("1234567890 !!!") == (None, 0.0)
