"""Which URIs are links, to the audit, how they are written alike, and of what domain they are."""

from __future__ import annotations

import pytest

from ops.audit.link import link

LONGEST = "https://a.example/".ljust(2_048, "x")


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://example.com/Path", "https://example.com/Path"),
        ("HTTPS://Example.COM/Path", "https://example.com/Path"),
        ("hTTp://example.com", "http://example.com"),
        ("https://example.com/", "https://example.com/"),
        ("https://MÜNCHEN.de/Ü", "https://münchen.de/Ü"),
        ("https://example.com./", "https://example.com./"),
        # path
        ("https://example.com//a/../b;c=1", "https://example.com//a/../b;c=1"),
        ("https://example.com/%7Ea", "https://example.com/%7Ea"),
        # port
        ("http://example.com:80/", "http://example.com/"),
        ("https://example.com:443/", "https://example.com/"),
        ("https://example.com:0443/", "https://example.com/"),
        ("http://example.com:443/", "http://example.com:443/"),
        ("https://example.com:80/", "https://example.com:80/"),
        ("https://example.com:08443/", "https://example.com:8443/"),
        ("https://example.com:/", "https://example.com/"),
        ("https://example.com:0/", "https://example.com:0/"),
        ("https://example.com:65535", "https://example.com:65535"),
        # userinfo
        ("https://user@example.com/", "https://example.com/"),
        ("https://user:pass@Example.com:8443/", "https://example.com:8443/"),
        ("https://user@host@example.com/", "https://example.com/"),
        ("https://@example.com/", "https://example.com/"),
        ("https://example.com/@user", "https://example.com/@user"),
        # fragment
        ("https://example.com/#top", "https://example.com/"),
        ("https://example.com#top", "https://example.com"),
        ("https://example.com/#a?b#c", "https://example.com/"),
        ("https://example.com/#", "https://example.com/"),
        # query
        ("https://example.com/?a=1&b=2", "https://example.com/?a=1&b=2"),
        ("https://example.com?a=1", "https://example.com?a=1"),
        ("https://example.com/?", "https://example.com/"),
        ("https://example.com/?#top", "https://example.com/"),
        ("https://example.com/?utm_source=x", "https://example.com/"),
        ("https://example.com/?UTM_Source=x&b=2&utm_id&a=1", "https://example.com/?b=2&a=1"),
        ("https://example.com/?utm_&a", "https://example.com/?a"),
        ("https://example.com/?utm=1&xutm_a=2&ref=utm_a", "https://example.com/?utm=1&xutm_a=2&ref=utm_a"),
        ("https://example.com/?utm%5Fa=1", "https://example.com/?utm%5Fa=1"),
        ("https://example.com/?a=1;utm_a=2", "https://example.com/?a=1;utm_a=2"),
        ("https://example.com/?a=1&amp;utm_a=2", "https://example.com/?a=1&amp;utm_a=2"),
        ("https://example.com/?a=1&&a=1&", "https://example.com/?a=1&&a=1&"),
        ("https://example.com/?&", "https://example.com/?&"),
        ("https://example.com/?utm_a=1&", "https://example.com/"),
        ("https://example.com/?A=%C3%9F+?/", "https://example.com/?A=%C3%9F+?/"),
        # addresses
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
        ("http://[2001:DB8::1]:80/a", "http://[2001:db8::1]/a"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://user@[FE80::1%25Eth0]/", "http://[fe80::1%25eth0]/"),
        # no pictures of that keyboard
        ("https://media.tenor.com.example/", "https://media.tenor.com.example/"),
        ("https://tenor.com/a", "https://tenor.com/a"),
        (LONGEST, LONGEST),
    ],
)
def test_links_are_one_however_they_are_written(uri: str, expected: str) -> None:
    found = link(uri)
    assert found is not None
    assert found.uri == expected


@pytest.mark.parametrize(
    "uri",
    [
        None,
        5,
        ["https://example.com"],
        "",
        "x",
        "example.com",
        "//example.com",
        "ftp://example.com",
        "at://did:plc:alice/app.bsky.feed.post/x",
        "mailto:a@example.com",
        "javascript:alert(1)",
        "httpss://example.com",
        # no host
        "https:",
        "https://",
        "https:///path",
        "https:/example.com",
        "https:example.com",
        "https://?a=1",
        "https://#top",
        "https://user@/",
        "https://:8443/",
        # no port
        "https://example.com:65536/",
        "https://example.com:-1/",
        "https://example.com:+1/",
        "https://example.com:8_0/",
        "https://example.com:x/",
        "https://example.com:٨٠/",
        "https://a:b:80/",
        "https://2001:db8::1/",
        # refused by urlsplit
        "https://[::1/",
        "https://::1]/",
        "https://[127.0.0.1]/",
        "https://[example]/",
        "https://example.com\uff0fa/",
        # control characters and whitespace
        " https://example.com",
        "https://example.com ",
        "https://example.com/a b",
        "https://example.com/a\tb",
        "https://exam\nple.com/",
        "https://example.com/\0",
        "https://example.com/\x7f",
        "https://example.com/\x85",
        "https://example.com/\x9f",
        "https://example.com/\u00a0",
        "https://example.com/#\u2028",
        "https://example.com/?utm_a=\u3000",
        # too long, even if what makes it so would go
        LONGEST + "x",
        "https://a.example/#".ljust(2_049, "x"),
        # the pictures of a keyboard
        "https://media.tenor.com/a.gif",
        "http://user@MEDIA.tenor.com:8080/a.gif",
    ],
)
def test_anything_else_is_no_link(uri: object) -> None:
    assert link(uri) is None


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://example.com/www.", "example.com"),
        ("https://WWW.Example.com:8443/", "example.com"),
        ("https://www.www.example.com", "www.example.com"),
        ("https://www2.example.com", "www2.example.com"),
        ("https://news.www.example.com", "news.www.example.com"),
        ("https://www./", "www."),
        ("https://www/", "www"),
        ("https://user@[::1]:8080/", "[::1]"),
        ("https://127.0.0.1/", "127.0.0.1"),
    ],
)
def test_domains_are_hosts_without_www(uri: str, expected: str) -> None:
    found = link(uri)
    assert found is not None
    assert found.domain == expected
