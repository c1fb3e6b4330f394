"""The App at GitHub: what is asked for when it is registered, and what comes back. Pure.

https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from bot.core.forge.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

OURS = "plangate"
"""The one key of our `app.yml` that is none of GitHub's manifest."""
LONGEST_NAME = 34
"""Characters of an App's name: https://docs.github.com/apps/creating-github-apps/registering-a-github-app"""
_ORGANIZATION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
_SLUG = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,99})")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LARGEST_ID = 2**63 - 1
_LONGEST_KEY = 20_000
_LONGEST_SECRET = 500
_RANKS = {"read": 1, "write": 2, "admin": 3}


@dataclass(frozen=True, slots=True)
class Wish:
    """What whoever registers the App may choose."""

    name: str | None = None
    """None: the one in `app.yml`. GitHub's own page lets it be changed, too."""
    organization: str | None = None
    """Who owns the App; None: whoever is signed in."""
    commits: bool = False
    """Ask for `contents: write`, which `/plan start` and `/plan commit` need."""


@dataclass(frozen=True, slots=True)
class Registered:
    """An App that GitHub has just made for us, with what nobody else may see."""

    app_id: int
    slug: str
    page: str
    """Its public page."""
    address: str
    """Ours, without a trailing slash."""
    private_key: str = field(repr=False)
    """PEM."""
    webhook_secret: str | None = field(repr=False)
    """None where GitHub made none, which it may."""


def wish(name: str, organization: str, *, commits: bool) -> Wish:
    """What was typed, checked; an empty text is nothing. Raises `UserError`."""
    name, organization = name.strip(), organization.strip()
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise UserError(f"An App's name has at most {LONGEST_NAME} printable characters.")
    if organization and not _ORGANIZATION.fullmatch(organization):
        raise UserError("An organization is named by letters, digits and hyphens, as in its address.")
    return Wish(name or None, organization or None, commits)


def own_address(text: str) -> str:
    """Where GitHub reaches us, without a trailing slash. Raises `UserError`: deliveries must not travel in clear."""
    try:
        parts = urlsplit(text)
        fits = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        fits = fits and bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        fits = False
    if not fits or not text.isprintable() or " " in text:
        raise UserError("The address of this server must be such as https://plangate.example.com.")
    return text.rstrip("/")


def manifest(written: Mapping[str, Any], address: str, back: str, wanted: Wish) -> dict[str, Any]:
    """What is posted to GitHub: `app.yml` without our own key, with this host's address. Raises `UserError`."""
    made = {key: value for key, value in written.items() if key != OURS}
    permissions = made.get("default_permissions")
    if not isinstance(permissions, dict):
        raise UserError("app.yml lacks `default_permissions`: restore it from this version of Plangate.")
    made |= {
        "url": address,
        "hook_attributes": {"url": f"{address}/webhook", "active": True},
        "redirect_url": back,
        "default_permissions": {**permissions, **({"contents": "write"} if wanted.commits else {})},
    }
    return made if wanted.name is None else {**made, "name": wanted.name}


def form_address(github_url: str, wanted: Wish, state: str) -> str:
    """Where a browser posts the manifest to."""
    owner = "" if wanted.organization is None else f"/organizations/{quote(wanted.organization)}"
    return f"{github_url}{owner}/settings/apps/new?state={quote(state)}"


def registered(answer: Any, github_url: str, address: str) -> Registered:
    """What the exchange brought. Raises `ValueError` when that is no App with its key."""
    given = answer if isinstance(answer, dict) else {}
    number, slug, key, secret = (given.get(name) for name in ("id", "slug", "pem", "webhook_secret"))
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= _LARGEST_ID:
        raise ValueError("no id")
    if not isinstance(slug, str) or not _SLUG.fullmatch(slug):
        raise ValueError("no slug")
    if not isinstance(key, str) or len(key) > _LONGEST_KEY or "PRIVATE KEY-----" not in key or not key.isascii():
        raise ValueError("no private key")
    if secret is not None and not _is_secret(secret):
        raise ValueError("no webhook secret")
    page = given.get("html_url")
    # Enterprise Server has its Apps' pages elsewhere, so GitHub's word counts, as long as it leads to GitHub.
    known = isinstance(page, str) and page.isprintable() and page.startswith(f"{github_url}/")
    return Registered(number, slug, str(page) if known else f"{github_url}/apps/{slug}", address, key, secret)


def _is_secret(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_SECRET and value.isprintable()


def installing(page: str) -> str:
    """Where the App whose public page that is gets installed."""
    return f"{page}/installations/new"


def lacking(granted: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """The permissions that are wanted and not granted, or not at that level."""
    return {name: level for name, level in wanted.items() if _rank(granted.get(name)) < _rank(level)}


def _rank(level: str | None) -> int:
    return _RANKS.get(level or "", 0)
