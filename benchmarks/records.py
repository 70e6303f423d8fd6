"""The records of a simulated network other than posts, as JSON with keys in alphabetical order.

Pure functions of what is given to them; which record is made when, and about whom, is not known here.
"""

from __future__ import annotations

from random import Random

from benchmarks.commit import iso
from benchmarks.mix import POSTGATE, PROFILE, STATUS, THREADGATE
from benchmarks.posts import blob, go_json, sentence, strong_ref, url


def subject_record(collection: str, created_at: str, uri: str, via: str = "") -> str:
    """A like or repost of the record at `uri`, come upon through the repost at `via`, if any."""
    through = f',"via":{strong_ref(via)}' if via else ""
    return f'{{"$type":"{collection}","createdAt":{created_at},"subject":{strong_ref(uri)}{through}}}'


def did_record(collection: str, created_at: str, subject: str, list_uri: str = "") -> str:
    """A follow or block of an account; with `list_uri` its place on a list."""
    on = f',"list":"{list_uri}"' if list_uri else ""
    return f'{{"$type":"{collection}","createdAt":{created_at}{on},"subject":"{subject}"}}'


def gate_record(collection: str, created_at: str, post_uri: str, random: Random) -> str:
    """A threadgate or postgate of a post."""
    if collection == THREADGATE:
        rule = ("mentionRule", "followerRule", "followingRule")[int(3 * random.random())]
        allow = f'[{{"$type":"{THREADGATE}#{rule}"}}]' if random.random() < 0.8 else "[]"
        return (
            f'{{"$type":"{THREADGATE}","allow":{allow},"createdAt":{created_at},"hiddenReplies":[],'
            f'"post":"{post_uri}"}}'
        )
    rules = f'[{{"$type":"{POSTGATE}#disableRule"}}]'
    return (
        f'{{"$type":"{POSTGATE}","createdAt":{created_at},"detachedEmbeddingUris":[],"embeddingRules":{rules},'
        f'"post":"{post_uri}"}}'
    )


def profile_record(created_at: str, random: Random) -> str:
    """A profile."""
    description = go_json(sentence(random, "en", 4 + int(20 * random.random())) + " 🔞")
    name = go_json(sentence(random, "en", 2))
    return (
        f'{{"$type":"{PROFILE}","avatar":{blob(random)},"banner":{blob(random)},"createdAt":{created_at},'
        f'"description":{description},"displayName":{name}}}'
    )


def status_record(created_at: str, random: Random) -> str:
    """A "live now" status with a link to the stream."""
    external = (
        f'{{"$type":"app.bsky.embed.external#external","description":{go_json(sentence(random, "en", 12))},'
        f'"thumb":{blob(random)},"title":{go_json(sentence(random, "en", 3))},"uri":{go_json(url(random))}}}'
    )
    minutes = 30 + 30 * int(8 * random.random())
    return (
        f'{{"$type":"{STATUS}","createdAt":{created_at},"durationMinutes":{minutes},'
        f'"embed":{{"$type":"app.bsky.embed.external","external":{external}}},"status":"{STATUS}#live"}}'
    )


def third_party_record(collection: str, time_us: int, random: Random) -> str:
    """A record of some other application: any shape, floats and nulls and nested arrays included."""
    artist, track = go_json(sentence(random, "en", 2)), go_json(sentence(random, "fr", 3))
    expiry, rating = iso(time_us + 600_000_000), int(50 * random.random()) / 10
    return (
        f'{{"$type":"{collection}","expiry":"{expiry}","item":{{"artists":[{{"artistName":{artist}}}],'
        f'"duration":null,"rating":{rating},"trackName":{track}}},'
        f'"time":"{iso(time_us)}"}}'
    )
