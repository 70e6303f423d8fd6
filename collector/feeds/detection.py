"""The language of a text, by a detector that is an extra: lingua, over the languages that people write here.

It owns how sure a detector is taken to be. Nothing is imported before a feed asks for it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from typing import Any

from collector.errors import BadFeeds

_CHARACTERS_MIN = 12
"""Of less nobody can tell."""


@cache
def detector() -> Callable[[str], tuple[str | None, float]]:
    """What tells the language of a text (ISO 639-1) and how sure that is, 0 to 1. Raises BadFeeds where it is not
    there."""
    try:
        lingua: Any = importlib.import_module("lingua")
    except ImportError:
        raise BadFeeds("a feed has detect = true, which needs the extra `detect` (pip install '.[detect]')") from None
    found = lingua.LanguageDetectorBuilder.from_all_spoken_languages().with_low_accuracy_mode().build()

    def detect(text: str) -> tuple[str | None, float]:
        if len(text) < _CHARACTERS_MIN:
            return None, 0.0
        values = found.compute_language_confidence_values(text)
        if not values or values[0].value <= 0:
            return None, 0.0
        return values[0].language.iso_code_639_1.name.lower(), float(values[0].value)

    return detect
