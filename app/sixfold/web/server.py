"""A web server that shows a terminal program in a browser, to whoever has the token.

It listens on loopback alone. The token comes once in the address, and from then on in a cookie
that no other site can make the browser send; a request under another host's name, or a socket
opened by another site's page, is refused (DNS rebinding, cross-site WebSocket hijacking).
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

from aiohttp import web
from textual_serve.server import Server as TextualServer

HOST = "127.0.0.1"
GRACE = 0.1
"""Seconds that open pages have at the end; they would not go by themselves."""
PAGES = Path(__file__).parent
TOKEN = "token"  # noqa: S105 - the name of it
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; connect-src ws://"
)
Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def _keys(_: web.Request) -> web.StreamResponse:
    return web.FileResponse(PAGES / "keys.js")


def listen(port: int) -> socket.socket:
    """A socket on loopback; port 0 takes a free one. Raises `OSError` where it is taken."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening


class Server(TextualServer):
    """Starts `command`, a line for the shell, for each browser that comes with the token."""

    def __init__(self, command: str, listening: socket.socket, *, title: str) -> None:
        self._listening = listening
        self._token = secrets.token_urlsafe(24)
        port = listening.getsockname()[1]
        super().__init__(command, host=HOST, port=port, title=title, templates_path=str(PAGES))
        self._name = f"{HOST}:{port}"
        self._headers = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": f"{_POLICY}{self._name}",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }

    @property
    def address(self) -> str:
        """Where a browser gets in."""
        return f"{self.public_url}/?{TOKEN}={self._token}"

    def run(self, *, told: Callable[[str], None]) -> None:
        """Serve until SIGINT or SIGTERM; `told` gets the address once it can be opened."""

        async def tell(_: web.Application) -> None:
            told(self.address)

        async def made() -> web.Application:
            app = await self._make_app()
            app.middlewares.append(self._guard)
            app.router.add_get("/keys.js", _keys)
            app.on_startup.append(tell)
            return app

        web.run_app(
            made(),
            sock=self._listening,
            shutdown_timeout=GRACE,
            print=None,
            access_log=None,
        )

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: whoever runs this says it."""

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let in who has the token, under our own name, from our own page."""
        if request.headers.get("Host") != self._name:
            raise web.HTTPForbidden(text="this server has another name\n")
        given = request.query.get(TOKEN, "")
        if given and secrets.compare_digest(given.encode(), self._token.encode()):
            return self._let_in()
        kept = request.cookies.get(self._cookie, "")
        if not secrets.compare_digest(kept.encode(), self._token.encode()):
            raise web.HTTPForbidden(text="open the address that sixfold printed\n")
        origin = request.headers.get("Origin")
        if request.path == "/ws" and origin != f"http://{self._name}":
            raise web.HTTPForbidden(text="opened by another page\n")
        response = await handler(request)
        if not response.prepared:
            response.headers.update(self._headers)
        return response

    @property
    def _cookie(self) -> str:
        """Cookies know no ports: another server on this machine has another name for it."""
        return f"sixfold-{self.port}"

    def _let_in(self) -> web.Response:
        """The token leaves the address bar, and the history with it."""
        response = web.Response(status=303, headers={"Location": "/", **self._headers})
        response.set_cookie(self._cookie, self._token, httponly=True, samesite="Strict", path="/")
        return response
