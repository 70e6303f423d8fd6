"""The pages: where each is, what can be asked of it, what makes its values, and how long they are fresh.

One list; their words stand in templates.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from web import asking, boards
from web.database import Snapshot
from web.freshness import LIVE, OF_WINDOW, Freshness
from web.page import PNG, SVG, Page
from web.pages import account, badge, board, card, feed, finding, home, method, network, picture, post, several

_MUCH = 5.0
"""A page of as many questions as several answers of the API."""


def _live(_: Any) -> Freshness:
    return LIVE


def _of_window(ask: Any) -> Freshness:
    return OF_WINDOW[ask.window]


def _of_board(ask: board.Board | card.TopCard) -> Freshness:
    return boards.freshness_of(ask.metric, ask.window, getattr(ask, "as_of", None))


def _words(_: Any) -> Freshness:
    return Freshness(300, round(timedelta(days=1).total_seconds()))


async def _nothing(_: Snapshot, __: asking.Nothing) -> dict[str, Any]:
    return {}


PAGES = (
    Page("/", "home.html", asking.Nothing, home.home, _live),
    Page("/top/{kind}", "board.html", board.Board, board.board, _of_board),
    Page("/@{actor}", "account.html", account.Account, account.account, _live, cost=_MUCH),
    Page("/account/{actor}", "account.html", account.Account, account.account, _live, cost=_MUCH),
    Page("/post/{actor}/{rkey}", "post.html", post.Post, post.post, _live),
    Page("/network", "network.html", network.Network, network.growth, _live, False, cost=_MUCH),
    Page("/feeds", "feeds.html", asking.Nothing, feed.listed, _live, False),
    Page("/feed/{id}", "feed.html", feed.OneFeed, feed.feed, _live),
    Page("/languages", "languages.html", several.Languages, several.languages, _of_window, False),
    Page("/compare", "compare.html", several.Compared, several.compare, _live, cost=_MUCH),
    Page("/watch", "watch.html", several.Watched, several.watch, _live, cost=2 * _MUCH),
    Page("/search", "search.html", finding.Find, finding.find, _live),
    Page("/badge/{actor}/{metric}.svg", "badge.svg", badge.Badge, badge.badge, _live, media=SVG),
    Page("/card/home.png", "", asking.Nothing, card.now, _live, False, PNG, picture.figures),
    Page("/card/top/{kind}.png", "", card.TopCard, card.top, _of_board, media=PNG, draw=picture.ranked),
    Page("/card/post/{actor}/{rkey}.png", "", card.PostCard, card.post, _live, media=PNG, draw=picture.figures),
    Page("/card/{actor}.png", "", card.Card, card.card, _live, media=PNG, draw=picture.figures),
    Page("/embed/{actor}", "embed.html", account.Embed, account.embed, _live),
    Page("/method", "method.html", asking.Nothing, method.method, _words, False),
    Page("/about", "about.html", asking.Nothing, _nothing, _words, False),
    Page("/privacy", "privacy.html", asking.Nothing, _nothing, _words, False),
)
