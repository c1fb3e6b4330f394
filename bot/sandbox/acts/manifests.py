"""The manifest flow: a form with JSON becomes an App.

https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
"""

from __future__ import annotations

import json
import re
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from bot.sandbox.credentials import signing_key
from bot.sandbox.errors import ApiError
from bot.sandbox.state import OWNER, App

if TYPE_CHECKING:
    from bot.sandbox.hub import Hub

Manifest = dict[str, Any]

CODE_SECONDS = 3600
_KEYS = {
    "name",
    "url",
    "hook_attributes",
    "redirect_url",
    "callback_urls",
    "setup_url",
    "description",
    "public",
    "default_events",
    "default_permissions",
    "request_oauth_on_install",
    "setup_on_update",
}
_LEVELS = {"read", "write", "admin"}
# Which permission an event needs before it can be subscribed to; any one of them.
_EVENTS = {
    "check_run": ("checks",),
    "check_suite": ("checks",),
    "create": ("contents",),
    "delete": ("contents",),
    "issue_comment": ("issues", "pull_requests"),
    "issues": ("issues",),
    "merge_group": ("merge_queues",),
    "pull_request": ("pull_requests",),
    "pull_request_review": ("pull_requests",),
    "pull_request_review_comment": ("pull_requests",),
    "push": ("contents",),
    "repository": ("metadata",),
}


def parse(text: str) -> Manifest:
    """The parsed manifest. Raises `ApiError` 422 with the reason if GitHub would refuse it."""
    try:
        manifest = json.loads(text)
    except ValueError:
        raise ApiError(422, "The manifest is not JSON.") from None
    if not isinstance(manifest, dict):
        raise ApiError(422, "The manifest is not a JSON object.")
    problems = _problems(manifest)
    if problems:
        raise ApiError(422, " ".join(problems))
    return manifest


def _problems(manifest: Manifest) -> list[str]:
    problems = [f'"{key[:60]}" is no key of a manifest.' for key in manifest if key not in _KEYS]
    if not _address(manifest.get("url")):
        problems.append("url: an address is required.")
    hook = manifest.get("hook_attributes")
    if hook is not None and (not isinstance(hook, dict) or not _address(hook.get("url"))):
        problems.append("hook_attributes: url is required.")
    if not _address(manifest.get("redirect_url")):
        problems.append("redirect_url: an address is required.")
    permissions = manifest.get("default_permissions", {})
    if not isinstance(permissions, dict) or not set(map(str, permissions.values())) <= _LEVELS:
        return [*problems, "default_permissions: names with read, write or admin are required."]
    for event in manifest.get("default_events", []):
        needs = _EVENTS.get(event)
        if needs is None or not any(need in permissions for need in needs):
            problems.append(f"Default events are not supported by permissions: {str(event)[:60]}.")
    return problems


def _address(text: object) -> bool:
    return isinstance(text, str) and urlsplit(text).scheme in {"http", "https"} and bool(urlsplit(text).netloc)


def register(hub: Hub, manifest: Manifest, state: str, account: str = "") -> str:
    """Make the App; returns the address that the browser is sent back to, with the code."""
    number = hub.state.next_id()
    name = str(manifest.get("name") or f"sandbox-{number}")
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or f"app-{number}"
    hook = manifest.get("hook_attributes") or {}
    app = App(
        id=number,
        slug=slug,
        name=name,
        owner=hub.state.user(account or OWNER),
        bot=hub.state.user(slug, "Bot"),
        client_id=f"Iv23{number:012d}",
        private_key=signing_key()[0],
        webhook_url=str(hook["url"]) if hook.get("url") and hook.get("active", True) else None,
        webhook_secret=secrets.token_hex(20),
        permissions={"metadata": "read", **manifest.get("default_permissions", {})},
        events=list(manifest.get("default_events", [])),
        created_at=hub.state.now(),
        callback_urls=[str(url) for url in manifest.get("callback_urls", [])],
    )
    hub.state.apps[app.id] = app
    code = secrets.token_hex(20)
    hub.state.manifests[code] = app
    redirect = str(manifest["redirect_url"])
    return f"{redirect}{'&' if '?' in redirect else '?'}{urlencode({'code': code, 'state': state})}"
