"""Security headers by path, as pure ASGI: what every answer carries whoever makes it."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}


OF_API = {
    **_EVERYWHERE,
    "Content-Security-Policy": _API_POLICY,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "As-Of, Cache-Status, Coverage, Cursor, ETag, Retry-After, X-Request-Id",
}
_OF_EMBEDDED = {
    **_EVERYWHERE,
    "Content-Security-Policy": _PAGE_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *"),
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_OF_PAGES = {**_EVERYWHERE, "Content-Security-Policy": _PAGE_POLICY}
_DOCUMENTS = ("/openapi.json", "/.well-known/did.json")
_STRICT = {"Strict-Transport-Security": "max-age=31536000"}
"""Where readers come by https; over http browsers ignore it (RFC 6797, 8.1)."""


class SecurityHeaders:
    """Adds them to every HTTP answer."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self._app = app
        strict = _STRICT if https else {}
        self._of_api, self._of_pages, self._of_embedded = (
            _raw({**headers, **strict}) for headers in (OF_API, _OF_PAGES, _OF_EMBEDDED)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        found = self._of_pages
        if path.startswith(("/api/", "/badge/", "/card/", "/xrpc/")) or path in _DOCUMENTS:
            found = self._of_api
        elif path.startswith("/embed/"):
            found = self._of_embedded

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *found]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
