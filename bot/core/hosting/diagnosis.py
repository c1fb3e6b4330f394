"""What `plangate doctor` makes of what it was told: each fact becomes one line with its remedy. Pure."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.core.forge.missing import ACCEPTED
from bot.core.hosting.registration import LOOPBACK, installing, lacking
from bot.core.text.neutral import plain_line
from bot.core.text.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.core.forge.missing import Attempt

CLOCK_WORTH_TELLING = 10.0
CLOCK_REFUSED = 60.0
"""Seconds ahead: a JWT is issued that much in the past, and GitHub takes none from the future."""
CLOCK_REFUSED_BEHIND = 400.0
"""Seconds behind: a JWT lives 480 from now, and would have ended there before it began to be of use."""
OVERDUE = 600.0
"""Seconds in which every accepted delivery has its verdict, or an apology."""
_GAP_ALARM = 1_800.0
_MOST_NAMED = 10
_GITHUB = "https://github.com"


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """It works, and somebody has to look at it."""
    ERROR = "error"
    """Something that Plangate promises does not work."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line."""

    name: str
    level: Level
    said: str
    remedy: str = ""
    """A sentence; empty where all is well."""


@dataclass(frozen=True, slots=True)
class AppNow:
    """The App as GitHub has it."""

    id: int
    slug: str
    page: str
    """Its public page."""
    owner: str
    organization: bool
    """Whether an organization owns it."""
    permissions: Mapping[str, str]
    events: frozenset[str]

    def settings_page(self, github_url: str) -> str:
        """Where its owner changes it."""
        owner = f"/organizations/{self.owner}" if self.organization else ""
        return f"{github_url}{owner}/settings/apps/{self.slug}"


@dataclass(frozen=True, slots=True)
class HookNow:
    """The App's webhook as GitHub has it."""

    url: str
    """Empty where there is none."""
    has_secret: bool
    insecure: bool
    """Whether GitHub does not look at our certificate."""


@dataclass(frozen=True, slots=True)
class Grant:
    """An account that has the App, and what it gave it."""

    account: str
    page: str
    """Where its owner accepts new permissions."""
    permissions: Mapping[str, str]
    suspended: bool


def ok(name: str, said: str) -> Check:
    """As it should be."""
    return Check(name, Level.OK, said)


def warning(name: str, said: str, remedy: str) -> Check:
    """Somebody has to look at it."""
    return Check(name, Level.WARNING, said, remedy)


def error(name: str, said: str, remedy: str = "") -> Check:
    """Somebody has to mend it."""
    return Check(name, Level.ERROR, said, remedy)


def clock(ahead: float) -> Check:
    """`ahead`: seconds by which our clock is ahead of GitHub's."""
    said = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} GitHub's"
    if ahead > CLOCK_REFUSED or -ahead > CLOCK_REFUSED_BEHIND:
        return error("clock", said, "GitHub refuses our credentials: set the clock, by NTP say.")
    if abs(ahead) > CLOCK_WORTH_TELLING:
        return warning("clock", said, "Set the clock, by NTP say, before it is a minute.")
    return ok("clock", f"that of GitHub, to {max(1, math.ceil(abs(ahead)))} s")


def permissions(app: AppNow, wanted: Mapping[str, str], page: str) -> Check:
    """What the App may ask for, against `app.yml`."""
    missing = lacking(app.permissions, wanted)
    if missing:
        remedy = f"Set it at {page}/permissions; then each account has to accept it."
        return error("permissions", f"the App lacks {_pairs(missing)}", remedy)
    # The second of the two documented sets: docs/commands.md.
    further = {name: app.permissions[name] for name in lacking(wanted, app.permissions)}
    commits = further.pop("contents", None) == "write"
    if further:
        return warning(
            "permissions",
            f"the App has {_pairs(further)}, which nothing here uses",
            f"Take it back at {page}/permissions.",
        )
    said = "those of app.yml, and contents: write for /plan start and commit" if commits else "those of app.yml"
    return ok("permissions", said)


def events(app: AppNow, wanted: Iterable[str], page: str) -> Check:
    """What the App hears of, against `app.yml`."""
    missing = sorted(set(wanted) - app.events)
    if missing:
        return error("events", f"the App does not hear of {', '.join(missing)}", f"Subscribe at {page}/permissions.")
    return ok("events", "those of app.yml")


def hook(now: HookNow, own: str | None, github_url: str, page: str) -> Iterator[Check]:
    """Where deliveries go. `own` is our address as the settings know it."""
    if not now.url:
        remedy = f"Set its address, ending in /webhook, and a secret at {page}, and make it active."
        yield error("webhook", "the App has none", remedy)
        return
    shown = plain_line(now.url)
    if own is not None and now.url != f"{own}/webhook":
        yield error("webhook", f"goes to {shown}, not to {own}/webhook", f"Set its address at {page}, or PLANGATE_URL.")
    elif not _split(now.url)[1].endswith("/webhook"):
        yield error("webhook", f"goes to {shown}", f"Set an address that ends in /webhook at {page}.")
    elif _split(now.url)[0] in LOOPBACK and github_url == _GITHUB:
        yield error("webhook", f"goes to {shown}, which GitHub cannot reach", f"Set your server's address at {page}.")
    elif own is None:
        yield warning("webhook", f"goes to {shown}", "Set PLANGATE_URL, so that this can be compared.")
    else:
        yield ok("webhook", f"goes to {shown}")
    if not now.has_secret:
        yield error("webhook", "has no secret at GitHub", f"Set that of PLANGATE_WEBHOOK_SECRET at {page}.")
    if now.insecure:
        yield warning("webhook", "GitHub does not look at our certificate", f"Enable SSL verification at {page}.")


def _split(address: str) -> tuple[str, str]:
    """Host and path; empty for what is no address."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return "", ""
    return host or "", parts.path


def deliveries(attempts: Sequence[Attempt], page: str) -> Check:
    """The newest attempts to deliver; of each delivery the latest counts."""
    latest: dict[str, Attempt] = {}
    for one in sorted(attempts, key=lambda one: one.id):
        latest[one.guid] = one
    settled = [one for one in latest.values() if one.status]
    failed = [one for one in settled if one.status != ACCEPTED]
    if not settled:
        return ok("deliveries", "GitHub has sent none in the last days")
    if not failed:
        return ok("deliveries", f"the newest {len(settled)} arrived" if len(settled) > 1 else "the newest arrived")
    statuses = Counter(one.status for one in failed)
    said = f"{len(failed)} of the newest {len(settled)} failed: " + ", ".join(
        f"{number} with {status}" for status, number in statuses.most_common(3)
    )
    remedy = _remedy(statuses.most_common(1)[0][0], page)
    newest = max(settled, key=lambda one: one.id)
    if newest.status != ACCEPTED:
        return error("deliveries", said, remedy)
    return warning("deliveries", f"{said}; the last one arrived", remedy)


def _remedy(status: int, page: str) -> str:
    match status:
        case 401:
            return f"The secrets differ: set that of PLANGATE_WEBHOOK_SECRET at {page}."
        case 404 | 405 | 301 | 302 | 307 | 308:
            return f"Something else answers at that address: set ours, ending in /webhook, at {page}."
        case 413:
            return "A proxy before Plangate takes too little: let it take 25 MB."
        case 503:
            return "Plangate could not keep them: its log says why. It asks for them again."
        case _:
            return f"The server was away or slow, or something stands between GitHub and it. See {page}/advanced."


def installations(grants: Sequence[Grant], app: AppNow) -> Iterator[Check]:
    """Who has the App, and who has not accepted what it asks for by now."""
    if not grants:
        yield warning("installed", "on no account", f"Install it: {plain_line(installing(app.page))}")
        return
    yield ok("installed", f"on {count(len(grants), 'account', 'accounts')}: {_names(grants)}")
    behind = [(one, lacking(one.permissions, app.permissions)) for one in grants if not one.suspended]
    behind = [(one, missing) for one, missing in behind if missing]
    for one, missing in behind[:_MOST_NAMED]:
        account, page = plain_line(one.account), plain_line(one.page)
        yield warning("installed", f"{account} has not accepted {_pairs(missing)}", f"Its owner does, at {page}")
    if len(behind) > _MOST_NAMED:
        more = count(len(behind) - _MOST_NAMED, "more account has", "more accounts have")
        yield warning("installed", f"{more} not accepted all permissions", "Their owners do, in their settings.")
    asleep = [one for one in grants if one.suspended]
    if asleep:
        remedy = "Nothing is judged there until its owner lifts that."
        yield warning("installed", f"suspended by {_names(asleep)}", remedy)


def backlog(dead: int, oldest: float | None, now: float) -> Check:
    """The queue. `oldest`: when the oldest job that is not done was accepted; both are seconds since the epoch."""
    waited = 0.0 if oldest is None else now - oldest
    if waited > OVERDUE:
        remedy = "See that a worker runs, and what its log says: `plangate deliveries list --state waiting`."
        beside = f", beside {count(dead, 'dead letter', 'dead letters')}" if dead else ""
        return error("queue", f"the oldest delivery has waited for {_duration(waited)}{beside}", remedy)
    if dead:
        remedy = "See them: `plangate deliveries list --state dead`; `replay` lets them be worked on again."
        return warning("queue", count(dead, "dead letter", "dead letters"), remedy)
    return ok("queue", "nothing waits" if oldest is None else f"the oldest delivery has waited for {_duration(waited)}")


def gap(seconds: float | None) -> Check:
    """For how long the oldest delivery that never arrived was missing at the last look; None before the first."""
    if seconds is None:
        return ok("gap", "nobody has looked yet")
    if seconds <= 0:
        return ok("gap", "no delivery is missing")
    said = f"a delivery is missing since {_duration(seconds)}"
    remedy = "It is asked for every 3 minutes, five times; the line on deliveries says why they fail."
    return (error if seconds > _GAP_ALARM else warning)("gap", said, remedy)


def summary(checks: Sequence[Check]) -> str:
    """The last line."""
    wrong = sum(one.level is Level.ERROR for one in checks)
    doubtful = sum(one.level is Level.WARNING for one in checks)
    if not wrong and not doubtful:
        return "Everything is in order."
    parts = [f"{wrong} to mend"] if wrong else []
    parts += [f"{doubtful} to look at"] if doubtful else []
    return f"{', '.join(parts)}."


def _pairs(named: Mapping[str, str]) -> str:
    return ", ".join(f"{plain_line(name)}: {plain_line(level)}" for name, level in sorted(named.items()))


def _names(grants: Sequence[Grant]) -> str:
    shown = ", ".join(plain_line(one.account) for one in grants[:_MOST_NAMED])
    return shown if len(grants) <= _MOST_NAMED else f"{shown} and {len(grants) - _MOST_NAMED} more"


def _duration(seconds: float) -> str:
    if seconds < 120:  # noqa: PLR2004
        return f"{max(0.0, seconds):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3600:.0f} h"  # noqa: PLR2004
