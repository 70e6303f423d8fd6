"""The records of simulated posts: text in several scripts, facets with UTF-8 byte offsets, embeds, languages.

This module owns what a post says and how its record is written as JSON (keys in alphabetical order, `<`, `>`
and `&` escaped, as Go's encoder does on the real wire). It does not know who is around: what to answer, quote
or mention is given to it. Shares are those of April 2026.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from random import Random

import orjson

from benchmarks.population import cid, cid_of_bytes
from benchmarks.words import DOMAINS, EMOJI, GIF_HOSTS, HASHTAGS, LANGS, UNSPACED, WORDS

_LANG_SUMS = list(accumulate(share for share, _, _ in LANGS))
_DOMAIN_SUMS = list(accumulate(1 / (rank + 1) for rank in range(len(DOMAINS))))

IMAGES, GALLERY, VIDEO, EXTERNAL, GIF = 0.20, 0.215, 0.255, 0.395, 0.435  # running sum of the embeds' shares
ALT_SHARE = 0.2
MENTION_SHARE, LINK_SHARE, HASHTAG_SHARE = 0.04, 0.10, 0.14
TAGS_SHARE, LABELS_SHARE, EMOJI_SHARE, EMPTY_TEXT_SHARE = 0.01, 0.01, 0.25, 0.03

Facet = tuple[int, int, str]  # first byte, byte after the last, the feature as JSON


def go_json(text: str) -> str:
    """A string as Go's encoding/json writes it: raw UTF-8, but `<`, `>`, `&`, U+2028 and U+2029 escaped."""
    quoted = orjson.dumps(text).decode()
    if "<" in quoted or ">" in quoted or "&" in quoted:
        quoted = quoted.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return quoted.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def strong_ref(uri: str) -> str:
    """A `{cid, uri}` reference to a record of this simulation, whose CID follows from its URI."""
    return f'{{"cid":"{cid(uri)}","uri":"{uri}"}}'


def blob(random: Random, mime_type: str = "image/jpeg") -> str:
    """A blob reference with keys in the order of the real wire, which is not alphabetical here."""
    link = cid_of_bytes(random.getrandbits(416).to_bytes(52, "big"), "bafkrei")
    size = int(20_000 + random.random() * 960_000)
    return f'{{"$type":"blob","ref":{{"$link":"{link}"}},"mimeType":"{mime_type}","size":{size}}}'


def post_record(random: Random, created_at: str, reply: str, quote_uri: str, mention_did: str) -> str:
    """A post as JSON. `reply` is its reply object as JSON or "", `quote_uri` what it quotes or "".

    `mention_did` is the account it mentions should the dice say so: most posts mention nobody.
    """
    _, langs, script = LANGS[bisect_right(_LANG_SUMS, random.random() * _LANG_SUMS[-1], 0, len(LANGS) - 1)]
    media = _media(random, script)
    text, facets = _text(random, script, mention_did, bool(media or quote_uri))
    embed = _embed(quote_uri, media)
    return "".join((
        f'{{"$type":"app.bsky.feed.post","createdAt":{created_at}',
        f',"embed":{embed}' if embed else "",
        f',"facets":[{",".join(map(_facet, facets))}]' if facets else "",
        _labels(random),
        f',"langs":{langs}' if langs else "",
        f',"reply":{reply}' if reply else "",
        f',"tags":["{_hashtag(random)}","{_hashtag(random)}"]' if random.random() < TAGS_SHARE else "",
        f',"text":{go_json(text)}}}',
    ))  # fmt: skip


def sentence(random: Random, script: str, words_count: int) -> str:
    """Some words of a script, joined as that script does, and nothing that means anything."""
    words = WORDS[script]
    chosen = [words[int(random.random() * len(words))] for _ in range(words_count)]
    return ("" if script in UNSPACED else " ").join(chosen)


def url(random: Random) -> str:
    """A link: its host a Zipf draw, now and then with a port, a fragment, tracking parameters or capitals."""
    host = DOMAINS[bisect_right(_DOMAIN_SUMS, random.random() * _DOMAIN_SUMS[-1], 0, len(DOMAINS) - 1)]
    luck = random.random()
    page = int(4000 * luck * luck * luck)  # few pages get most of the links
    tail = "?utm_source=bluesky&utm_medium=social" if page % 7 == 3 else "#top" if page % 11 == 5 else ""
    return f"{'http' if page % 13 == 1 else 'https'}://{host}/{page % 90}/story-{page}{tail}"


def _hashtag(random: Random) -> str:
    luck = random.random()
    return HASHTAGS[int(len(HASHTAGS) * luck * luck)]


def _text(random: Random, script: str, mention_did: str, may_be_empty: bool) -> tuple[str, list[Facet]]:
    if may_be_empty and random.random() < EMPTY_TEXT_SHARE:
        return "", []
    luck = random.random()
    text = sentence(random, script, 2 + int(40 * luck * luck))
    if random.random() < EMOJI_SHARE:
        text += " " + EMOJI[int(random.random() * len(EMOJI))] * (1 + int(1.3 * random.random()))
    facets: list[Facet] = []
    if random.random() < MENTION_SHARE:
        text = _append(
            facets, text, f"@user-{mention_did[-5:]}.bsky.social", f'mention","did":"{mention_did}"'
        )
    if random.random() < LINK_SHARE:
        target = url(random)
        shown = target.partition("://")[2][:24] + "..."
        text = _append(facets, text, shown, f'link","uri":{go_json(target)}')
    if random.random() < HASHTAG_SHARE:
        for _ in range(1 + int(4 * random.random())):
            tag = _hashtag(random)
            text = _append(facets, text, f"#{tag}", f'tag","tag":"{tag}"')
    return text, facets


def _append(facets: list[Facet], text: str, shown: str, feature: str) -> str:
    """Append words that a facet covers; its offsets count UTF-8 bytes."""
    begin = len(text.encode()) + 1
    facets.append((begin, begin + len(shown.encode()), f'{{"$type":"app.bsky.richtext.facet#{feature}}}'))
    return f"{text} {shown}"


def _facet(facet: Facet) -> str:
    begin, end, feature = facet
    return f'{{"features":[{feature}],"index":{{"byteEnd":{end},"byteStart":{begin}}}}}'


def _labels(random: Random) -> str:
    if random.random() >= LABELS_SHARE:
        return ""
    return ',"labels":{"$type":"com.atproto.label.defs#selfLabels","values":[{"val":"sexual"}]}'


def _embed(quote_uri: str, media: str) -> str:
    if not quote_uri:
        return media
    quoted = f'{{"$type":"app.bsky.embed.record","record":{strong_ref(quote_uri)}}}'
    if not media:
        return quoted
    return f'{{"$type":"app.bsky.embed.recordWithMedia","media":{media},"record":{quoted}}}'


def _media(random: Random, script: str) -> str:
    luck = random.random()
    if luck >= GIF:
        return ""
    if luck < IMAGES:
        images = ",".join(
            _image(random, script) for _ in range(1 + int(4 * random.random() * random.random()))
        )
        return f'{{"$type":"app.bsky.embed.images","images":[{images}]}}'
    if luck < GALLERY:
        items = ",".join(
            '{"$type":"app.bsky.embed.gallery#image",' + _image(random, script)[1:]
            for _ in range(2 + int(19 * random.random() * random.random()))
        )
        return f'{{"$type":"app.bsky.embed.gallery","items":[{items}]}}'
    if luck < VIDEO:
        alt = f'"alt":{_alt(random, script)},' if random.random() < ALT_SHARE else ""
        ratio = '"aspectRatio":{"height":1920,"width":1080}'
        return f'{{"$type":"app.bsky.embed.video",{alt}{ratio},"video":{blob(random, "video/mp4")}}}'
    return _external(random, script, gif=luck >= EXTERNAL)


def _image(random: Random, script: str) -> str:
    alt = _alt(random, script) if random.random() < ALT_SHARE else '""'
    ratio = f'{{"height":{int(400 + 3600 * random.random())},"width":{int(400 + 3600 * random.random())}}}'
    return f'{{"alt":{alt},"aspectRatio":{ratio},"image":{blob(random)}}}'


def _alt(random: Random, script: str) -> str:
    return go_json(sentence(random, script, 3 + int(12 * random.random())))


def _external(random: Random, script: str, gif: bool) -> str:
    title = sentence(random, script, 3 + int(6 * random.random()))
    if gif:
        number = int(3000 * random.random())
        target = f"https://{GIF_HOSTS[number % 2]}/{number}AAAAC/{number}.gif?hh=498&ww=498"
        description = f"ALT: {title}"
    else:
        target, description = url(random), sentence(random, script, 4 + int(16 * random.random()))
    return (
        f'{{"$type":"app.bsky.embed.external","external":{{"description":{go_json(description)},'
        f'"thumb":{blob(random)},"title":{go_json(title)},"uri":{go_json(target)}}}}}'
    )
