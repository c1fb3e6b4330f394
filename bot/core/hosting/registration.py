"""Registration of the App on GitHub: the manifest that is posted, and the App that comes back. Pure.

https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from bot.core.forge.errors import UserError
from bot.core.forge.rights import CHECK, may_comment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OURS = "plangate"
"""The only key of our `app.yml` that is not part of GitHub's manifest."""
RETURN_PATH = "/login/done"
"""Where people return to from GitHub after they approved the App."""
LONGEST_NAME = 34
"""Most characters of an App's name: https://docs.github.com/apps/creating-github-apps/registering-a-github-app"""
_ORGANIZATION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
_REASON = re.compile(r"^  ([a-z_]+): +[a-z]+ +# (.+)$", re.MULTILINE)
_SLUG = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,99})")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LARGEST_ID = 2**63 - 1
_LONGEST_KEY = 20_000
_LONGEST_SECRET = 500
_EVENTS_OF_COMMENTS = frozenset({"issue_comment", "issues", "merge_group", "pull_request_review"})
"""Events that an App for checks only does not get: those with commands, and one that needs `merge_queues: read`."""
_RANKS = {"read": 1, "write": 2, "admin": 3}


@dataclass(frozen=True, slots=True)
class RegistrationOptions:
    """The options of the person who registers the App."""

    name: str | None = None
    """The App's name; None for the name in `app.yml`. GitHub's page offers to change it, too."""
    organization: str | None = None
    """The owner of the App; None for the person who is signed in."""
    commits: bool = False
    """Request `contents: write`, which `/plan start` and `/plan commit` need."""
    checks_only: bool = False
    """Request no right to comment: verdicts without comments and commands."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A new App, with its secrets."""

    app_id: int
    slug: str
    page: str
    """The address of the App's public page."""
    address: str
    """This server's address, without a trailing slash."""
    private_key: str = field(repr=False)
    """PEM."""
    webhook_secret: str | None = field(repr=False)
    """None when GitHub created none."""
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    """For the login of people; None when GitHub sent none."""


def registration_options(
    name: str, organization: str, *, commits: bool, checks_only: bool = False
) -> RegistrationOptions:
    """Validate the options; an empty text means the default. Raises `UserError`."""
    name, organization = name.strip(), organization.strip()
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise UserError(f"An App's name has at most {LONGEST_NAME} printable characters.")
    if organization and not _ORGANIZATION.fullmatch(organization):
        raise UserError("An organization is named by letters, digits and hyphens, as in its address.")
    if commits and checks_only:
        raise UserError("An App for checks only answers no command, so it makes no commits: choose one of the two.")
    return RegistrationOptions(name or None, organization or None, commits, checks_only)


def own_address(text: str) -> str:
    """Validate this server's address and remove a trailing slash. Raises `UserError`, also for an unencrypted one."""
    try:
        parts = urlsplit(text)
        fits = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        fits = fits and bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        fits = False
    if not fits or not text.isprintable() or " " in text:
        raise UserError("The address of this server must be such as https://plangate.example.com.")
    return text.rstrip("/")


def manifest(written: Mapping[str, Any], address: str, back: str, options: RegistrationOptions) -> dict[str, Any]:
    """Return the manifest for GitHub: `app.yml` without our own key, with this server's address. Raises `UserError`."""
    fields = {key: value for key, value in written.items() if key != OURS}
    permissions = fields.get("default_permissions")
    if not isinstance(permissions, dict):
        raise UserError("app.yml lacks `default_permissions`: restore it from this version of Plangate.")
    fields |= {
        "url": address,
        "hook_attributes": {"url": f"{address}/webhook", "active": True},
        "redirect_url": back,
        "callback_urls": [f"{address}{RETURN_PATH}"],
        "default_permissions": {**permissions, **({"contents": "write"} if options.commits else {})},
    }
    if options.checks_only:
        needs, events = needed_for({"pull_requests": "read"}, permissions, fields.get("default_events", ()))
        fields |= {"default_permissions": needs, "default_events": events}
    return fields if options.name is None else {**fields, "name": options.name}


def needed_for(
    granted: Mapping[str, str], permissions: Mapping[str, str], events: Iterable[str]
) -> tuple[dict[str, str], list[str]]:
    """Return what an App with these permissions needs of those in `app.yml`, and of the events there.

    An App that may not comment needs less: it was registered with `plangate setup --checks-only`.
    """
    if may_comment(granted):
        return dict(permissions), list(events)
    return dict(CHECK), [event for event in events if event not in _EVENTS_OF_COMMENTS]


def permission_reasons(text: str) -> dict[str, str]:
    """Return why each permission is needed: the comments beside `default_permissions` in the text of `app.yml`."""
    block = text.partition("default_permissions:\n")[2].partition("\n\n")[0]
    return dict(_REASON.findall(block))


def form_address(github_url: str, options: RegistrationOptions, state: str) -> str:
    """Return the address to which a browser posts the manifest."""
    owner = "" if options.organization is None else f"/organizations/{quote(options.organization)}"
    return f"{github_url}{owner}/settings/apps/new?state={quote(state)}"


def registered(body: Any, github_url: str, address: str) -> Registered:
    """Translate GitHub's response to the exchange. Raises `ValueError` when it is not an App with its key."""
    fields = body if isinstance(body, dict) else {}
    number, slug, key, secret = (fields.get(name) for name in ("id", "slug", "pem", "webhook_secret"))
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number <= _LARGEST_ID:
        raise ValueError("no id")
    if not isinstance(slug, str) or not _SLUG.fullmatch(slug):
        raise ValueError("no slug")
    if not isinstance(key, str) or len(key) > _LONGEST_KEY or "PRIVATE KEY-----" not in key or not key.isascii():
        raise ValueError("no private key")
    if secret is not None and not _is_secret(secret):
        raise ValueError("no webhook secret")
    page = fields.get("html_url")
    # Enterprise Server has other addresses for the pages of Apps, so use GitHub's when it leads to this GitHub.
    is_on_github = isinstance(page, str) and page.isprintable() and page.startswith(f"{github_url}/")
    shown = str(page) if is_on_github else f"{github_url}/apps/{slug}"
    client_id, client_secret = (fields.get(name) for name in ("client_id", "client_secret"))
    if not (_is_secret(client_id) and _is_secret(client_secret)):
        client_id = client_secret = None  # people cannot log in, and all else works
    return Registered(number, slug, shown, address, key, secret, client_id, client_secret)


def _is_secret(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_SECRET and value.isprintable()


def installing(page: str) -> str:
    """Return the address at which the App with this public page is installed."""
    return f"{page}/installations/new"


def lacking(granted: Mapping[str, str], required: Mapping[str, str]) -> dict[str, str]:
    """Return the wanted permissions that are not granted, or only at a lower level."""
    return {name: level for name, level in required.items() if _rank(granted.get(name)) < _rank(level)}


def _rank(level: str | None) -> int:
    return _RANKS.get(level or "", 0)
