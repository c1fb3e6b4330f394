"""The checks of `plangate doctor`: each fact becomes one line with a remedy. Pure."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.core.forge.lost_deliveries import ACCEPTED
from bot.core.forge.rights import may_comment
from bot.core.hosting.kinds import kind_of
from bot.core.hosting.registration import LOOPBACK, installing, lacking
from bot.core.text.neutral import plain_line
from bot.core.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.core.forge.lost_deliveries import Attempt

CLOCK_WORTH_TELLING = 10.0
CLOCK_REFUSED = 60.0
"""Seconds ahead of GitHub at which it rejects our JWTs: `iat` lies 60 seconds in the past, and must not be later."""
CLOCK_REFUSED_BEHIND = 400.0
"""Seconds behind GitHub at which our JWTs, valid for 480 seconds, may expire before they arrive."""
OVERDUE = 600.0
"""Seconds after which an accepted delivery must have a verdict."""
_GAP_ALARM = 1_800.0
_MOST_NAMED = 10
_GITHUB = "https://github.com"


class Level(StrEnum):
    """The severity of a check."""

    OK = "ok"
    WARNING = "warning"
    """Everything works, and somebody should look at this."""
    ERROR = "error"
    """A promise of Plangate is broken."""


@dataclass(frozen=True, slots=True)
class DoctorCheck:
    """One line of the diagnosis."""

    name: str
    level: Level
    said: str
    """The result, without a full stop. Its name is part of the output of `plangate doctor --json`."""
    remedy: str = ""
    """A sentence; empty for `Level.OK`."""


@dataclass(frozen=True, slots=True)
class AppNow:
    """The App's registration on GitHub."""

    id: int
    slug: str
    page: str
    """The address of the App's public page."""
    owner: str
    organization: bool
    """Whether an organization owns the App."""
    permissions: Mapping[str, str]
    events: frozenset[str]

    def settings_page(self, github_url: str) -> str:
        """Return the address of the page on which the owner changes the App."""
        owner = f"/organizations/{self.owner}" if self.organization else ""
        return f"{github_url}{owner}/settings/apps/{self.slug}"


@dataclass(frozen=True, slots=True)
class HookNow:
    """The App's webhook on GitHub."""

    url: str
    """Empty when the App has no webhook."""
    has_secret: bool
    insecure: bool
    """Whether GitHub skips the verification of our certificate."""


@dataclass(frozen=True, slots=True)
class Grant:
    """An account on which the App is installed, and the permissions that it granted."""

    account: str
    page: str
    """The address of the page on which the account's owner accepts new permissions."""
    permissions: Mapping[str, str]
    suspended: bool


def ok(name: str, finding: str) -> DoctorCheck:
    """Return a check that passed."""
    return DoctorCheck(name, Level.OK, finding)


def warning(name: str, finding: str, remedy: str) -> DoctorCheck:
    """Return a check that somebody should look at."""
    return DoctorCheck(name, Level.WARNING, finding, remedy)


def error(name: str, finding: str, remedy: str = "") -> DoctorCheck:
    """Return a check that failed."""
    return DoctorCheck(name, Level.ERROR, finding, remedy)


def github(github_url: str, api_url: str, proxy: str | None, authorities: str | None) -> DoctorCheck:
    """Name the GitHub that the settings lead to, its API, the proxy in between and the certificate authorities."""
    parts = [f"{kind_of(github_url)} at {github_url}, API {api_url}"]
    if proxy:
        # A proxy's address may have a password.
        parts.append(f"through the proxy {proxy.rpartition('@')[2].rpartition('/')[2] or 'of the environment'}")
    if authorities:
        parts.append(f"certificates by {authorities}")
    return ok("github", plain_line(", ".join(parts)))


def clock(ahead: float) -> DoctorCheck:
    """Compare the clocks. `ahead` is in seconds, positive when our clock is ahead of GitHub's."""
    difference = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} GitHub's"
    if ahead > CLOCK_REFUSED or -ahead > CLOCK_REFUSED_BEHIND:
        return error("clock", difference, "GitHub rejects our credentials. Set the clock, for example by NTP.")
    if abs(ahead) > CLOCK_WORTH_TELLING:
        return warning(
            "clock", difference, "Set the clock, for example by NTP. GitHub rejects a difference of a minute."
        )
    return ok("clock", f"within {max(1, math.ceil(abs(ahead)))} s of GitHub's")


def permissions(app: AppNow, required: Mapping[str, str], page: str) -> DoctorCheck:
    """Compare the App's permissions with those in `app.yml`."""
    missing = lacking(app.permissions, required)
    if missing:
        remedy = f"Add them at {page}/permissions. Each account then has to accept them."
        return error("permissions", f"the App lacks {_pairs(missing)}", remedy)
    # docs/commands.md documents a second set of permissions, with contents: write.
    further = {name: app.permissions[name] for name in lacking(required, app.permissions)}
    commits = further.pop("contents", None) == "write"
    if further:
        return warning(
            "permissions",
            f"the App has {_pairs(further)}, which Plangate does not use",
            f"Remove them at {page}/permissions.",
        )
    if not may_comment(required):
        return ok("permissions", "those of setup --checks-only: verdicts without comments and commands, as you chose")
    agreement = "those of app.yml, and contents: write for /plan start and commit" if commits else "those of app.yml"
    return ok("permissions", agreement)


def events(app: AppNow, required: Iterable[str], page: str) -> DoctorCheck:
    """Compare the App's events with those in `app.yml`."""
    required = frozenset(required)
    missing = sorted(required - app.events)
    if missing:
        return error("events", f"the App does not receive {', '.join(missing)}", f"Subscribe at {page}/permissions.")
    return ok("events", "those of app.yml" if "issue_comment" in required else "those of setup --checks-only")


def hook(now: HookNow, own: str | None, github_url: str, page: str) -> Iterator[DoctorCheck]:
    """Check the webhook. `own` is this server's address from the settings."""
    if not now.url:
        remedy = f"Set a webhook address that ends in /webhook and a secret at {page}, and activate the webhook."
        yield error("webhook", "the App has no webhook", remedy)
        return
    shown = plain_line(now.url)
    if own is not None and now.url != f"{own}/webhook":
        remedy = f"Set the webhook address at {page}, or set PLANGATE_URL."
        yield error("webhook", f"points to {shown}, not to {own}/webhook", remedy)
    elif not _split(now.url)[1].endswith("/webhook"):
        yield error("webhook", f"points to {shown}", f"Set an address that ends in /webhook at {page}.")
    elif _split(now.url)[0] in LOOPBACK and github_url == _GITHUB:
        yield error("webhook", f"points to {shown}, which GitHub cannot reach", f"Set a public address at {page}.")
    elif own is None:
        yield warning("webhook", f"points to {shown}", "Set PLANGATE_URL, so that doctor can compare the addresses.")
    else:
        yield ok("webhook", f"points to {shown}")
    if not now.has_secret:
        remedy = f"Set the secret from PLANGATE_WEBHOOK_SECRET at {page}."
        yield error("webhook", "has no secret on GitHub", remedy)
    if now.insecure:
        yield warning("webhook", "GitHub does not verify our certificate", f"Enable SSL verification at {page}.")


def _split(address: str) -> tuple[str, str]:
    """Return the host and the path of an address; empty when it is invalid."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return "", ""
    return host or "", parts.path


def deliveries(attempts: Sequence[Attempt], page: str) -> DoctorCheck:
    """Check the newest deliveries. The latest attempt of each delivery counts."""
    latest: dict[str, Attempt] = {}
    for attempt in sorted(attempts, key=lambda attempt: attempt.id):
        latest[attempt.guid] = attempt
    settled = [attempt for attempt in latest.values() if attempt.status]
    failed = [attempt for attempt in settled if attempt.status != ACCEPTED]
    if not settled:
        return ok("deliveries", "GitHub sent none in the last days")
    if not failed:
        return ok("deliveries", f"the newest {len(settled)} arrived" if len(settled) > 1 else "the newest arrived")
    statuses = Counter(attempt.status for attempt in failed)
    counted = f"{len(failed)} of the newest {len(settled)} failed: " + ", ".join(
        f"{number} with {status}" for status, number in statuses.most_common(3)
    )
    remedy = _remedy(statuses.most_common(1)[0][0], page)
    newest = max(settled, key=lambda attempt: attempt.id)
    if newest.status != ACCEPTED:
        return error("deliveries", counted, remedy)
    return warning("deliveries", f"{counted}; the last one arrived", remedy)


def _remedy(status: int, page: str) -> str:
    match status:
        case 401:
            return f"The secrets differ. Set the secret from PLANGATE_WEBHOOK_SECRET at {page}."
        case 404 | 405 | 301 | 302 | 307 | 308:
            return f"Another server answers at that address. Set Plangate's address, ending in /webhook, at {page}."
        case 413:
            return "A proxy in front of Plangate rejects large requests. Allow bodies of 25 MB."
        case 503:
            return "Plangate could not store them; its log says why. It will request them again."
        case _:
            return f"The server was down or slow, or a proxy in front of it failed. See {page}/advanced."


def installations(grants: Sequence[Grant], app: AppNow) -> Iterator[DoctorCheck]:
    """List the accounts with the App, and those that have not accepted its current permissions."""
    if not grants:
        yield warning("installed", "on no account", f"Install the App: {plain_line(installing(app.page))}")
        return
    yield ok("installed", f"on {count(len(grants), 'account', 'accounts')}: {_names(grants)}")
    behind = [(grant, lacking(grant.permissions, app.permissions)) for grant in grants if not grant.suspended]
    behind = [(grant, missing) for grant, missing in behind if missing]
    for grant, missing in behind[:_MOST_NAMED]:
        account, page = plain_line(grant.account), plain_line(grant.page)
        meanwhile = "" if may_comment(grant.permissions) else "; verdicts come there without comments and commands"
        said = f"{account} has not accepted {_pairs(missing)}{meanwhile}"
        yield warning("installed", said, f"The owner accepts them at {page}")
    if len(behind) > _MOST_NAMED:
        further = count(len(behind) - _MOST_NAMED, "more account has", "more accounts have")
        yield warning(
            "installed", f"{further} not accepted all permissions", "The owners accept them in their settings."
        )
    asleep = [grant for grant in grants if grant.suspended]
    if asleep:
        remedy = "Nothing is judged there until an owner lifts the suspension."
        yield warning("installed", f"suspended by {_names(asleep)}", remedy)


def backlog(dead: int, oldest: float | None, now: float) -> DoctorCheck:
    """Check the queue. `oldest` is when the oldest open job was accepted; times are in seconds since the epoch."""
    waited = 0.0 if oldest is None else now - oldest
    if waited > OVERDUE:
        remedy = "Check that a worker runs, and read its log. See `plangate deliveries list --state waiting`."
        dead_letters = f"; {count(dead, 'dead letter', 'dead letters')}" if dead else ""
        return error("queue", f"the oldest delivery has waited for {_duration(waited)}{dead_letters}", remedy)
    if dead:
        remedy = "List them with `plangate deliveries list --state dead`, and retry them with `replay`."
        return warning("queue", count(dead, "dead letter", "dead letters"), remedy)
    return ok("queue", "empty" if oldest is None else f"the oldest delivery has waited for {_duration(waited)}")


def gap(seconds: float | None) -> DoctorCheck:
    """Check for lost deliveries. `seconds` is the age of the oldest one at the last check, None before the first."""
    if seconds is None:
        return ok("gap", "not checked yet")
    if seconds <= 0:
        return ok("gap", "no delivery is missing")
    missing_for = f"a delivery has been missing for {_duration(seconds)}"
    remedy = "Plangate requests it every 3 minutes, five times. The line `deliveries` says why deliveries fail."
    return (error if seconds > _GAP_ALARM else warning)("gap", missing_for, remedy)


def summary(checks: Sequence[DoctorCheck]) -> str:
    """Return the last line of the diagnosis."""
    errors = sum(check.level is Level.ERROR for check in checks)
    warnings = sum(check.level is Level.WARNING for check in checks)
    if not errors and not warnings:
        return "Everything is in order."
    parts = [count(errors, "error", "errors")] if errors else []
    parts += [count(warnings, "warning", "warnings")] if warnings else []
    return f"{', '.join(parts)}."


def _pairs(named: Mapping[str, str]) -> str:
    return ", ".join(f"{plain_line(name)}: {plain_line(level)}" for name, level in sorted(named.items()))


def _names(grants: Sequence[Grant]) -> str:
    shown = ", ".join(plain_line(grant.account) for grant in grants[:_MOST_NAMED])
    return shown if len(grants) <= _MOST_NAMED else f"{shown} and {len(grants) - _MOST_NAMED} more"


def _duration(seconds: float) -> str:
    if seconds < 120:  # noqa: PLR2004
        return f"{max(0.0, seconds):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3600:.0f} h"  # noqa: PLR2004
