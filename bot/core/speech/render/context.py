"""The facts that check run, comment and terminal need beside the report: commit, addresses, waivers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot import PROJECT_URL
from bot.core.judging.rule import Clause
from bot.core.text.prose import At, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.forge.check_run_output import Conclusion
    from bot.core.judging.rule import Rule
    from bot.core.judging.waiving import Waived

_LONGEST_URL = 2_000
_SHORT_SHA = 7
_SHORT_DIGEST = 8


@dataclass(frozen=True, slots=True)
class OtherPull:
    """Another open pull request on the same head; the commit's verdict is the worst of those that count."""

    number: int
    base: str
    conclusion: Conclusion
    title: str
    """Its own verdict as a title."""
    counts: bool
    """Its base is the default branch or configured to judge for itself."""


FindingIdentity = tuple[str, str, str]
"""A finding's rule, path and subject: what stays the same over pushes."""


@dataclass(frozen=True, slots=True)
class PreviousRun:
    """The run on the previous head, to show what a push fixed."""

    head_sha: str
    findings: frozenset[FindingIdentity]
    """Its errors and warnings."""


@dataclass(frozen=True, slots=True)
class ConfigTrouble:
    """A configuration file that cannot be read, so that an older version of it is in force."""

    path: str
    branch: str
    since: str
    """The commit that broke it; empty where that is not known."""
    line: int
    problem: str
    """The first mistake, as a clause; our own words in backticks become code. Empty if the file is private."""
    good: str
    """The commit whose version is in force. Empty if no version was ever readable: the defaults are in force."""
    lost: bool = False
    """The file is not broken, but the App can no longer see its repository."""


@dataclass(frozen=True, slots=True)
class RenderContext:
    """The surroundings of a report. A value that is None or empty is not shown."""

    repository: str = ""
    """`acme/ferry`."""
    web_url: str | None = "https://github.com"
    """GitHub's web address; None for a working copy, whose places are then not linked."""
    head_sha: str | None = None
    base_sha: str | None = None
    base_branch: str | None = None
    head_branch: str | None = None
    head_repository: str | None = None
    """`owner/name` of the fork that the branch is in; None for the same repository."""
    default_branch: str = ""
    pull_request: int | None = None
    draft: bool = False
    """The pull request is a draft. It is judged like any other, and the report says so."""
    merge_group: bool = False
    governed: bool = True
    """False if nothing shows that the repository uses Spec Kit, or if the mode is off."""
    site_url: str = PROJECT_URL
    """Base address of the rule pages, without a slash at the end: this server's, or the project's own."""
    report_url: str | None = None
    """This report's own page."""
    takes_feedback: bool = False
    """The report's page takes reports of false alarms."""
    takes_commands: bool = True
    """Commands in comments are answered, so that the text may offer them."""
    check_run_url: str | None = None
    engine_version: str = ""
    digest: str = ""
    """`sha256:` and 64 hexadecimal digits."""
    rules: Mapping[str, Rule] = field(default_factory=dict)
    waivers: tuple[Waived, ...] = ()
    previous: PreviousRun | None = None
    """None for a first push, and if the previous run is unknown."""
    others: tuple[OtherPull, ...] = ()
    owner_file: str = ""
    """The owner's file, if one of its settings is in force: `acme/.github:.github/app.yml`."""
    owner_commit: str = ""
    """The branch and commit that it was read at: `main@8be41d7`."""
    unseen: str = ""
    """The repository of the owner's file, if only the App can read it: `acme/.github`."""
    trouble: ConfigTrouble | None = None
    owner_trouble: ConfigTrouble | None = None
    """As `trouble`, for the file in the owner's `.github` repository."""

    def clause(self, rule: str) -> Clause:
        """The words for counting findings of a rule. An unknown rule is counted by its id."""
        registered = self.rules.get(rule)
        return registered.clause if registered else Clause(f"{rule} finding", f"{rule} findings", 99)

    def rule_url(self, rule: str) -> str | None:
        """The rule's page; None for an unregistered rule."""
        return f"{self.site_url}/rules/{quote(rule)}" if rule in self.rules else None

    def at_url(self, address: At) -> str | None:
        """The link to a place at its commit. A line needs the source view, because rendered Markdown has no lines."""
        sha = self.head_sha if address.side is Side.HEAD else self.base_sha
        line = "" if address.line is None else f"?plain=1#L{address.line}"
        line += "" if address.end_line in {None, address.line} else f"-L{address.end_line}"
        return self.blob_url(sha, address.path, line) if sha and address.path else None

    def blob_url(self, sha: str, path: str, tail: str = "") -> str | None:
        """A file at a commit; a path that ends with a slash is a folder."""
        view = "tree" if path.endswith("/") else "blob"
        return self._page(f"{view}/{_quoted(sha)}/{_quoted(path.rstrip('/'))}{tail}")

    def pull_url(self, number: int) -> str | None:
        """The page of a pull request. Not for comments, in which GitHub would notify that pull request."""
        return self._page(f"pull/{number}")

    def edit_url(self, path: str, *, exists: bool) -> str | None:
        """GitHub's editor for the file on the judged branch (of the fork, where there is one)."""
        if not self.head_branch:
            return None
        branch = _quoted(self.head_branch)
        tail = f"edit/{branch}/{_quoted(path)}" if exists else f"new/{branch}?filename={_quoted(path)}"
        return self._page(tail, self.head_repository)

    def _page(self, tail: str, repository: str | None = None) -> str | None:
        where = repository or self.repository
        if not (self.web_url and where):
            return None
        url = f"{self.web_url}/{_quoted(where)}/{tail}"
        return url if len(url) <= _LONGEST_URL else None

    @property
    def short_digest(self) -> str:
        """`sha256:5d1e0c97`."""
        kind, _, digits = self.digest.partition(":")
        return f"{kind}:{digits[:_SHORT_DIGEST]}" if digits else ""

    @property
    def desk_base(self) -> str:
        """The `--base` that gives the same verdict on the desk."""
        return f"origin/{self.base_branch or self.default_branch or 'main'}"


def short(sha: str) -> str:
    """A commit as people cite it: `8be41d7`."""
    return sha[:_SHORT_SHA]


def _quoted(path: str) -> str:
    return quote(path.encode("utf-8", "replace"), safe="/-._~")
