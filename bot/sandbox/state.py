"""The sandbox's records: people, repositories, issues, pull requests, checks, Apps. One lock guards all changes."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.sandbox.git import Bare

Json = dict[str, Any]

OWNER = "sandbox-owner"
"""The account that Apps belong to when nobody else is named."""
PERMISSIONS_OF = {
    # https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
    "admin": ("admin", "maintain", "push", "triage", "pull"),
    "maintain": ("maintain", "push", "triage", "pull"),
    "write": ("push", "triage", "pull"),
    "triage": ("triage", "pull"),
    "read": ("pull",),
    "none": (),
}


def iso(seconds: float) -> str:
    """Seconds since the epoch as GitHub writes a time: `2026-01-31T09:00:00Z`."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def node_id(kind: str, number: int) -> str:
    """A GraphQL id: opaque to clients, decoded by `number_of`."""
    return f"{kind}_{base64.urlsafe_b64encode(f'{kind}:{number}'.encode()).decode().rstrip('=')}"


def number_of(node: str) -> tuple[str, int] | None:
    """The kind and number inside a `node_id`, None for anything else."""
    prefix, _, coded = node.rpartition("_")
    try:
        kind, _, number = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode().rpartition(":")
        return (kind, int(number)) if kind == prefix else None
    except ValueError:
        return None


@dataclass(slots=True, eq=False)
class User:
    """A person, a bot or an organization."""

    id: int
    login: str
    type: str = "User"
    name: str = ""
    email: str = ""
    created_at: float = 0.0
    blocked: set[str] = field(default_factory=set)
    """Logins that this account has blocked."""
    owners: set[str] = field(default_factory=set)
    """Logins of an organization's owners."""

    @property
    def node_id(self) -> str:
        """The GraphQL id."""
        return node_id({"User": "U", "Bot": "BOT", "Organization": "O"}[self.type], self.id)


@dataclass(slots=True, eq=False)
class App:
    """A GitHub App with its webhook."""

    id: int
    slug: str
    name: str
    owner: User
    bot: User
    client_id: str
    private_key: str
    """PEM, PKCS#1 as GitHub hands it out."""
    webhook_url: str | None
    webhook_secret: str | None
    permissions: dict[str, str]
    events: list[str]
    content_type: str = "json"
    insecure_ssl: str = "0"
    created_at: float = 0.0
    callback_urls: list[str] = field(default_factory=list)
    """The addresses that people return to after approving the App."""

    @property
    def node_id(self) -> str:
        """The GraphQL id."""
        return node_id("A", self.id)

    @property
    def client_secret(self) -> str:
        """The secret of the OAuth web flow."""
        return f"sandbox-{self.id}"


@dataclass(slots=True, eq=False)
class Installation:
    """An App on an account: which repositories, with which permissions and events."""

    id: int
    app: App
    account: User
    repositories: set[int]
    permissions: dict[str, str]
    events: list[str]
    created_at: float
    selection: str = "selected"
    suspended_at: float | None = None


@dataclass(slots=True, frozen=True, eq=False)
class Token:
    """An installation access token: what it may do, where, until when."""

    value: str
    installation: Installation
    repositories: frozenset[int] | None
    """None: every repository of the installation."""
    permissions: dict[str, str]
    expires_at: float


@dataclass(slots=True, frozen=True, eq=False)
class UserToken:
    """A token of a person who approved an App: it sees what both can see."""

    value: str
    app: App
    user: User
    expires_at: float


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """The App's request that a person is asked to approve."""

    app: App
    back: str
    state: str
    challenge: str
    """The PKCE challenge (S256); empty for none."""


@dataclass(frozen=True, slots=True)
class Approval:
    """What a code stands for."""

    request: AuthorizationRequest
    user: User
    until: float


@dataclass(slots=True, eq=False)
class Issue:
    """An issue, or what a pull request has in common with one."""

    id: int
    number: int
    title: str
    body: str
    user: User
    created_at: float
    updated_at: float
    state: str = "open"
    state_reason: str | None = None
    closed_at: float | None = None
    locked: bool = False
    labels: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class PullRequest:
    """A pull request. What it shares with an issue is in `issue`."""

    issue: Issue
    id: int
    base: Repository
    base_ref: str
    base_sha: str
    head: Repository | None
    """None when the fork is gone."""
    head_owner: str
    head_ref: str
    head_sha: str
    draft: bool = False
    merged_at: float | None = None
    merged_by: User | None = None
    merge_sha: str | None = None
    mergeable_unknown: bool = False
    """True while a test says that GitHub is still computing whether it merges."""

    @property
    def number(self) -> int:
        """The number that it shares with issues."""
        return self.issue.number

    @property
    def open(self) -> bool:
        """Neither closed nor merged."""
        return self.issue.state == "open"


@dataclass(slots=True, eq=False)
class Comment:
    """A comment on an issue or pull request."""

    id: int
    issue: Issue
    user: User
    body: str
    created_at: float
    updated_at: float
    app: App | None = None
    minimized: str | None = None
    """The reason it is hidden for, in lower case."""


@dataclass(slots=True, eq=False)
class Review:
    """A review of a pull request."""

    id: int
    pull: PullRequest
    user: User
    body: str
    state: str
    commit: str
    submitted_at: float


@dataclass(slots=True, eq=False)
class ReviewThread:
    """A comment of a review on lines of the diff, which others can resolve. Nobody answers in it."""

    id: int
    review: Review
    path: str
    line: int
    """The last line, in the file at the review's commit."""
    start_line: int | None
    """The first line, where there are several."""
    body: str
    resolved_by: User | None = None
    minimized: str | None = None
    """As `Comment.minimized`."""


@dataclass(slots=True, eq=False)
class Reaction:
    """A reaction. `subject` is the node id of the comment, issue or pull request."""

    id: int
    user: User
    content: str
    subject: str
    created_at: float


@dataclass(slots=True, eq=False)
class CheckSuite:
    """One App's checks on one commit."""

    id: int
    app: App
    head_sha: str
    head_branch: str | None
    before: str | None
    created_at: float
    updated_at: float
    status: str = "queued"
    conclusion: str | None = None


@dataclass(slots=True, eq=False)
class CheckRun:
    """One check run with its output."""

    id: int
    suite: CheckSuite
    name: str
    status: str
    conclusion: str | None
    external_id: str
    details_url: str
    started_at: float | str
    completed_at: float | str | None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[Json] = field(default_factory=list)
    actions: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A ruleset, as it was created."""

    id: int
    owner: User
    source: str
    """`acme/server`, or the organization's login."""
    body: Json
    created_at: float

    @property
    def of_organization(self) -> bool:
        """Whether an organization has it."""
        return "/" not in self.source

    @property
    def required_checks(self) -> list[tuple[str, int | None]]:
        """The required checks, each with the id of the App that must report it; None for any App."""
        rules = [rule for rule in self.body.get("rules", []) if rule["type"] == "required_status_checks"]
        checks = [check for rule in rules for check in rule["parameters"]["required_status_checks"]]
        return [(str(check["context"]), check.get("integration_id")) for check in checks]


@dataclass(slots=True, eq=False)
class Repository:
    """A repository, on a real bare git repository."""

    id: int
    owner: User
    name: str
    git: Bare
    private: bool
    default_branch: str
    created_at: float
    pushed_at: float
    parent: Repository | None = None
    archived: bool = False
    has_issues: bool = True
    description: str | None = None
    roles: dict[str, str] = field(default_factory=dict)
    """login -> admin, maintain, write, triage or read."""
    refs: dict[str, str] = field(default_factory=dict)
    """Full ref name -> object id, as last seen."""
    issues: dict[int, Issue] = field(default_factory=dict)
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    reviews: dict[int, Review] = field(default_factory=dict)
    threads: dict[int, ReviewThread] = field(default_factory=dict)
    suites: dict[int, CheckSuite] = field(default_factory=dict)
    runs: dict[int, CheckRun] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    """name -> colour, six hexadecimal digits."""
    custom_roles: dict[str, str] = field(default_factory=dict)
    """An organization's own role -> the built-in role that it inherits from."""
    queue: list[Group] = field(default_factory=list)
    """The merge queue, first come first."""
    stacks: dict[int, Stack] = field(default_factory=dict)
    required_checks: set[str] = field(default_factory=set)
    """Names of the checks that the default branch requires from any App."""
    rulesets: dict[int, Ruleset] = field(default_factory=dict)
    """The rulesets of the repository and of its owner that are about its default branch."""

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner.login}/{self.name}"

    @property
    def node_id(self) -> str:
        """The GraphQL id."""
        return node_id("R", self.id)

    def branch(self, name: str) -> str | None:
        """The commit that a branch points to."""
        return self.refs.get(f"refs/heads/{name}")

    def head(self) -> str | None:
        """The commit of the default branch, None while the repository is empty."""
        return self.branch(self.default_branch)

    def next_number(self) -> int:
        """Issues and pull requests are numbered together."""
        return max(self.issues, default=0) + 1

    def requirements(self) -> list[tuple[str, int | None]]:
        """The checks that the default branch requires, each with its App's id; None for any App."""
        of_rulesets = {check for ruleset in self.rulesets.values() for check in ruleset.required_checks}
        return sorted({(name, None) for name in self.required_checks} | of_rulesets, key=str)

    def role(self, login: str) -> str:
        """A person's role; everyone reads a public repository."""
        if login == self.owner.login or login in self.owner.owners:
            return "admin"
        return self.roles.get(login, "none" if self.private else "read")

    def rights(self, login: str) -> str:
        """The built-in role that a person's role is or inherits from.

        https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories/managing-repository-roles/about-custom-repository-roles
        """
        role = self.role(login)
        return self.custom_roles.get(role, role)

    def may_push(self, login: str) -> bool:
        """Whether a person may write to the repository."""
        return self.rights(login) in {"write", "maintain", "admin"}

    def stack_of(self, pull: PullRequest) -> Stack | None:
        """The stack that a pull request is a layer of."""
        return next((stack for stack in self.stacks.values() if pull in stack.layers), None)

    def leave_stack(self, pull: PullRequest) -> None:
        """Take a pull request out of its stack, and those above it too, which no longer reach the stack's base."""
        stack = self.stack_of(pull)
        if stack is not None:
            stack.layers = stack.layers[: stack.layers.index(pull)]
            if len(stack.layers) < 2:  # noqa: PLR2004 -- one pull request is no stack
                del self.stacks[stack.id]

    def suites_of(self, sha: str) -> list[CheckSuite]:
        """The check suites on a commit, oldest first."""
        return [suite for suite in self.suites.values() if suite.head_sha == sha]

    def runs_of(self, sha: str) -> list[CheckRun]:
        """The check runs on a commit, newest first."""
        return [run for run in reversed(self.runs.values()) if run.suite.head_sha == sha]


@dataclass(slots=True, eq=False)
class Stack:
    """Pull requests on top of each other, the lowest first."""

    id: int
    number: int
    """Counts the repository's stacks."""
    layers: list[PullRequest]

    @property
    def base_ref(self) -> str:
        """The branch that the whole stack goes to."""
        return self.layers[0].base_ref


@dataclass(slots=True, eq=False)
class Group:
    """A pull request in the merge queue, merged on top of the groups before it."""

    pull: PullRequest
    branch: str
    head_sha: str
    base_ref: str
    base_sha: str


@dataclass(slots=True)
class Delivery:
    """A webhook delivery, once per attempt."""

    id: int
    guid: str
    app: App
    event: str
    action: str | None
    payload: Json
    installation: int | None
    repository: int | None
    delivered_at: float
    redelivery: bool = False
    status_code: int = 0
    status: str = "pending"
    duration: float = 0.0
    """Seconds."""
    request_headers: dict[str, str] = field(default_factory=dict)
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""


class State:
    """All records, and the source of new ids."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.users: dict[str, User] = {}
        self.repositories: dict[int, Repository] = {}
        self.names: dict[str, Repository] = {}
        """Lower-case `owner/name` -> repository; old names stay and redirect."""
        self.apps: dict[int, App] = {}
        self.installations: dict[int, Installation] = {}
        self.tokens: dict[str, Token] = {}
        self.user_tokens: dict[str, User] = {}
        self.app_user_tokens: dict[str, UserToken] = {}
        self.oauth_codes: dict[str, Approval] = {}
        self.signed_in: User | None = None
        """Who approves Apps without being asked."""
        self.reactions: dict[int, Reaction] = {}
        self.manifests: dict[str, App] = {}
        """Code of the manifest flow -> the App that was created and not converted yet."""
        self._ids = count(1_000_001)

    def next_id(self) -> int:
        """A new unique id."""
        return next(self._ids)

    def user(self, login: str, kind: str = "User") -> User:
        """The account of that login, made when it is new."""
        user = self.users.get(login.lower())
        if user is None:
            user = User(
                id=self.next_id(),
                login=login,
                type=kind,
                name=login.replace("-", " ").title(),
                email=f"{login}@users.noreply.sandbox.invalid",
                created_at=self.now(),
            )
            self.users[login.lower()] = user
        return user

    def repository(self, full_name: str) -> Repository | None:
        """A repository by `owner/name`, whatever the case, also by an older name."""
        return self.names.get(full_name.lower())

    def installation_of(self, app: App, repository: Repository) -> Installation | None:
        """The App's installation that includes a repository."""
        of_app = (installation for installation in self.installations.values() if installation.app is app)
        return next((installation for installation in of_app if repository.id in installation.repositories), None)

    def installed_on(self, repository: Repository) -> Iterator[Installation]:
        """Every installation that includes a repository and is not suspended."""
        return (
            installation
            for installation in self.installations.values()
            if repository.id in installation.repositories and installation.suspended_at is None
        )
