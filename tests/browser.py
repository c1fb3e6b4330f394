"""A browser without a screen: cookies, redirects, and the forms of our setup page."""

from __future__ import annotations

import html
import json
import re
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from email.message import Message

    from bot.sandbox.world import World


class Shown(NamedTuple):
    """What a browser got."""

    status: int
    text: str
    headers: Message
    address: str
    """Where it was led to."""


class Form(NamedTuple):
    """The form that leads to GitHub."""

    action: str
    manifest: dict[str, Any]

    @property
    def state(self) -> str:
        return parse_qs(urlsplit(self.action).query)["state"][0]


class Browser:
    """One browser with its own cookies."""

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, address: str, **headers: str) -> Shown:
        return self._opened(urllib.request.Request(address, headers=headers))  # noqa: S310 -- loopback

    def post(self, address: str) -> Shown:
        return self._opened(urllib.request.Request(address, data=b"", method="POST"))  # noqa: S310 -- likewise

    def form(self, address: str) -> Form:
        """The form on that page."""
        shown = self.get(address)
        assert shown.status == 200, shown.text
        return form_of(shown.text)

    def register(self, link: str, world: World) -> Shown:
        """Open the printed address, agree at GitHub, and come back."""
        form = self.form(link)
        return self.get(world.register_manifest(form.manifest, state=form.state))

    def _opened(self, request: urllib.request.Request) -> Shown:
        try:
            with self._opener.open(request, timeout=30) as answer:
                return Shown(answer.status, answer.read().decode(), answer.headers, answer.url)
        except urllib.error.HTTPError as refused:
            with refused:
                return Shown(refused.code, refused.read().decode(), refused.headers, refused.url)


def form_of(page: str) -> Form:
    """Where the page's form goes, and the manifest in it."""
    action = re.search(r'<form method="post" action="([^"]*)"', page)
    manifest = re.search(r'name="manifest" value="([^"]*)"', page)
    assert action is not None
    assert manifest is not None, page
    return Form(html.unescape(action[1]), json.loads(html.unescape(manifest[1])))


def link_in(text: str) -> str:
    """The printed address; empty while there is none."""
    found = re.search(r"https?://\S+/setup\?token=\S+", text)
    return "" if found is None else found[0]
