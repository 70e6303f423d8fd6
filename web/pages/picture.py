"""Pictures for shared links: figures over a line, or a short list with bars, in the one font that Pillow carries.

It owns their looks, and what can be written at all: a text with letters that the font lacks is not. It counts nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFont

_SIZE = 1200, 630
_PAPER, _INK, _SOFT, _SKY, _WASH = "#fbfcfe", "#10151d", "#556070", "#0b62c8", "#e8f1fd"
_LEFT, _RIGHT, _CHART_TOP, _CHART_BOTTOM = 70, 1130, 400, 570
_ROWS_TOP, _ROW = 205, 78
_CHARACTERS_MAX = 38
_NOWHERE = "\U0010ffff"
"""A character that no font has."""


def figures(values: dict[str, Any]) -> bytes:
    """`title`, `said`, up to four `figures` with their names, and the `points` of a line, as PNG."""
    image, draw = _begun(values)
    for at, (name, value) in enumerate(values["figures"]):
        draw.text((_LEFT + 275 * at, 225), f"{value:,}", _INK, _font(56))
        draw.text((_LEFT + 275 * at, 300), name, _SOFT, _font(28))
    _chart(draw, values["points"])
    return _png(image)


def ranked(values: dict[str, Any]) -> bytes:
    """`title`, `said`, and up to five `rows` of rank, name and value, as PNG."""
    image, draw = _begun(values)
    most = max((value for _, _, value in values["rows"]), default=1)
    for at, (rank, name, value) in enumerate(values["rows"]):
        top = _ROWS_TOP + _ROW * at
        draw.text((_LEFT, top), str(rank), _SOFT, _font(34))
        draw.text((_LEFT + 60, top), _short(name), _INK, _font(34))
        draw.text((_RIGHT, top), f"{value:,}", _INK, _font(34), anchor="ra")
        draw.rounded_rectangle((_LEFT + 60, top + 50, _RIGHT, top + 60), 5, _WASH)
        draw.rounded_rectangle((_LEFT + 60, top + 50, _LEFT + 60 + _bar(value / most), top + 60), 5, _SKY)
    return _png(image)


@lru_cache(maxsize=4096)
def _lacks(character: str) -> bool:
    font = _font(20)
    return bytes(font.getmask(character)) == bytes(font.getmask(_NOWHERE))


def writable(text: str) -> bool:
    """Whether the font has all its letters."""
    return bool(text) and not any(map(_lacks, text[:_CHARACTERS_MAX]))


def _begun(values: dict[str, Any]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", _SIZE, _PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((_LEFT, 60), _short(values["title"]), _INK, _font(54))
    draw.text((_LEFT, 135), f"skytally · {values['said']}", _SOFT, _font(28))
    return image, draw


def _png(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _chart(draw: ImageDraw.ImageDraw, points: Sequence[int]) -> None:
    if len(points) < 2:
        return
    most, step = max(1, *points), (_RIGHT - _LEFT) / (len(points) - 1)
    line = [
        (_LEFT + at * step, _CHART_BOTTOM - (_CHART_BOTTOM - _CHART_TOP) * max(0, value) / most)
        for at, value in enumerate(points)
    ]
    draw.polygon([(_LEFT, _CHART_BOTTOM), *line, (line[-1][0], _CHART_BOTTOM)], fill=_WASH)
    draw.line(line, fill=_SKY, width=4, joint="curve")


def _bar(share: float) -> float:
    return max(10.0, share * (_RIGHT - _LEFT - 60))


def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def _short(name: str) -> str:
    return name if len(name) <= _CHARACTERS_MAX else f"{name[: _CHARACTERS_MAX - 1]}…"
