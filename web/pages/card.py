"""Share cards: what a link to an account shows elsewhere, as a picture. Handles are ASCII; names, for which no one font
would do, are not on it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from web import accounts, asking
from web.database import Snapshot
from web.wording import METRICS, OVER

_SIZE = 1200, 630
_PAPER, _INK, _SOFT, _SKY, _WASH = "#fbfcfe", "#10151d", "#556070", "#0b62c8", "#e8f1fd"
_FIGURES = ("likes_received", "followers", "reposts_received", "replies_received")
_LEFT, _CHART_TOP, _CHART_BOTTOM = 70, 400, 570
_WINDOW = "7d"


class Card(asking.Ask, frozen=True, kw_only=True):
    """GET /card/{actor}.png."""

    actor: asking.Actor


async def card(snapshot: Snapshot, ask: Card) -> dict[str, Any]:
    """Its values."""
    found = await accounts.account(snapshot, asking.OneAccount(actor=ask.actor))
    begin = max(snapshot.head.watermark - timedelta(days=7), snapshot.head.first)
    series = await accounts.series(snapshot, asking.AccountSeries(actor=found.did, from_=begin))
    return {
        "name": f"@{found.handle}" if found.handle else found.did,
        "figures": [(METRICS[metric], found.totals[_WINDOW][metric].net) for metric in _FIGURES],
        "points": [point.net for point in series.points], "as_of": found.as_of, "dids": [found.did],
    }  # fmt: skip


def drawn(values: dict[str, Any]) -> bytes:
    """The picture, as PNG."""
    image = Image.new("RGB", _SIZE, _PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((_LEFT, 60), _short(values["name"]), _INK, _font(54))
    as_of = f", as of {values['as_of']:%Y-%m-%d %H:%M} UTC" if values["as_of"] else ""
    draw.text((_LEFT, 135), f"skytally · {OVER[_WINDOW]}{as_of}", _SOFT, _font(28))
    for at, (name, value) in enumerate(values["figures"]):
        draw.text((_LEFT + 275 * at, 225), f"{value:,}", _INK, _font(56))
        draw.text((_LEFT + 275 * at, 300), name, _SOFT, _font(28))
    _chart(draw, values["points"])
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _chart(draw: ImageDraw.ImageDraw, points: list[int]) -> None:
    if len(points) < 2:
        return
    most, step = max(1, *points), (_SIZE[0] - 2 * _LEFT) / (len(points) - 1)
    line = [
        (_LEFT + at * step, _CHART_BOTTOM - (_CHART_BOTTOM - _CHART_TOP) * max(0, value) / most)
        for at, value in enumerate(points)
    ]
    draw.polygon([(_LEFT, _CHART_BOTTOM), *line, (line[-1][0], _CHART_BOTTOM)], fill=_WASH)
    draw.line(line, fill=_SKY, width=4, joint="curve")


def _font(size: int) -> Any:
    """The one that Pillow carries."""
    return ImageFont.load_default(size)


def _short(name: str, characters: int = 38) -> str:
    return name if len(name) <= characters else f"{name[: characters - 1]}…"
