"""Ways into a record of any shape: what is missing or ill-typed on the way is as if absent.

It owns how fields, lists and the features of facets are reached. It does not know what any of them means.
"""

from __future__ import annotations

from collections.abc import Iterator


def entries(value: object) -> list[object]:
    """The entries of a list; anything else has none."""
    return value if isinstance(value, list) else []


def at(value: object, *path: str) -> object:
    """The value at the end of a path of objects; None where the path leaves them."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def features(record: object, kind: str) -> Iterator[object]:
    """The features of one kind (mention, tag, link) in the facets of a post."""
    for facet in entries(at(record, "facets")):
        for feature in entries(at(facet, "features")):
            if at(feature, "$type") == f"app.bsky.richtext.facet#{kind}":
                yield feature
