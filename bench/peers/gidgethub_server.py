"""A receiver with gidgethub on aiohttp, as its documentation shows it: `gidgethub_server.py PORT SECRET`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from aiohttp import web
from gidgethub import routing, sansio

if TYPE_CHECKING:
    from typing import Any

router = routing.Router()


async def pull_request(_event: Any) -> None:
    """Do nothing."""


router.add(pull_request, "pull_request")


async def webhook(request: web.Request) -> web.Response:
    """Verify, dispatch, answer."""
    event = sansio.Event.from_http(request.headers, await request.read(), secret=sys.argv[2])
    await router.dispatch(event)
    return web.Response(status=202)


if __name__ == "__main__":
    app = web.Application(client_max_size=25 * 1024 * 1024)
    app.router.add_post("/webhook", webhook)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
