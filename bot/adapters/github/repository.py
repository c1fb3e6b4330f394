"""GitHub as an installation: the one read, check runs, comments, reactions."""

from __future__ import annotations

import base64
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.adapters.github import query as github_query
from bot.adapters.github import writing as github_writing
from bot.adapters.github.asking import Heavy, Reading
from bot.adapters.github.graphql import Heard, heard
from bot.adapters.github.installations import GitHubInstallations
from bot.adapters.github.pacing import Pace, Writing
from bot.adapters.github.paging import MOST_FILES, Lists
from bot.adapters.github.reading import (
    Translator,
    arrival,
    comparison,
    issue,
    listed_files,
    own_reactions,
    role,
    shape,
    written_comment,
    written_run,
)
from bot.adapters.github.transport import GRAPHQL, Key, Transport
from bot.core.config.owner_file import OWNERS
from bot.core.forge.errors import CommentGone, ForgeError, HeadGone, OutOfReach, RepositoryGone
from bot.core.forge.events import RepositoryRef
from bot.core.forge.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.adapters.github.app import GitHubApp
    from bot.adapters.github.query import Query
    from bot.core.change.trees import ChangedFile, FolderHistory, OtherHead
    from bot.core.forge.effects import CheckRun, Reaction
    from bot.core.forge.facts import Comment, Comparison, Issue, ReadRequest, RepositoryView, Run, Spent
    from bot.core.forge.ports import Clock
    from bot.core.forge.stored import Installation
    from bot.core.forge.writing import NewCommit, NewPullRequest, PullRequestOf

Json = dict[str, Any]

_READ = {"contents": "read", "metadata": "read"}
_MOST_BRANCHES = 1_000
_MOST_PULLS = 3_000


class GitHubRepositories:
    """Opens repositories with the App's tokens. One for all threads."""

    def __init__(self, app: GitHubApp, clock: Clock, workers: Callable[[], int] | None = None) -> None:
        """For `workers` see `bot.adapters.github.pacing.Pace`."""
        self.app = app
        self.clock = clock
        self._installations = GitHubInstallations(app)
        self._pace = Pace(workers)
        self._transport = Transport(app, clock)
        self.heavy = Heavy(clock)

    def open(self, installation: int, repository: RepositoryRef, rights: Mapping[str, str]) -> GitHubRepository:
        """See `bot.core.forge.ports.Forges`."""
        return GitHubRepository(self, installation, repository, rights)

    def open_owners(self, installation: int, owner: str) -> GitHubRepository:
        """See `bot.core.forge.ports.Forges`."""
        return GitHubRepository(self, installation, RepositoryRef(0, owner, OWNERS, ""), _READ, by_name=True)

    def granted(self, installation: int) -> Mapping[str, str]:
        """See `bot.core.forge.ports.Forges`."""
        return self.app.granted(installation)

    def installations(self) -> Sequence[Installation]:
        """See `bot.core.forge.ports.Forges`."""
        return self._installations.every()

    def installation(self, installation: int) -> Installation | None:
        """See `bot.core.forge.ports.Forges`."""
        return self._installations.one(installation)

    def whereabouts(self, installation: int, repository: int) -> RepositoryRef | None:
        """See `bot.core.forge.ports.Forges`."""
        return self._installations.whereabouts(installation, repository)

    def spent(self) -> Spent:
        """See `bot.core.forge.ports.Forges`."""
        return self.app.tally.spent()

    @property
    def app_id(self) -> int:
        """The App whose check runs are ours."""
        return self.app.app_id

    def room(self, installation: int, delivery: str) -> float | None:
        """See `bot.core.forge.ports.Forges`."""
        return self._pace.slot(installation, delivery, Writing.RUN, self.clock.now())

    def write(self, key: Key, writing: Writing, path: str, doing: str, body: Any) -> Any:
        """A POST that GitHub counts; its answer. Raises `ForgeError`, also before there is room for it."""
        installation, now = key[0], self.clock.now()
        until = self._pace.slot(installation, path, writing, now) if writing is Writing.CONTENT else None
        if until is not None:
            raise ForgeError(f"GitHub would take no more while we {doing}", retry_after=until - now, limited=True)
        self._pace.wrote(installation, writing, now)
        return self.send(key, "POST", path, doing, body)[1]

    def send(self, key: Key, verb: str, path: str, doing: str, body: Any = None) -> tuple[dict[str, Any], Any]:
        """One request with a token for `key`; answers with headers and parsed body, or raises `ForgeError`."""
        installation, now = key[0], self.clock.now()
        wait = self._pace.refused_until(installation, now) - now
        if wait > 0:
            raise ForgeError(f"GitHub takes nothing now, while we {doing}", retry_after=wait, limited=True)
        try:
            return self._transport.carry(key, verb, path, doing, body)
        except ForgeError as error:
            self.noticed(installation, error)
            raise

    def noticed(self, installation: int, error: ForgeError) -> None:
        """An answer's own words, inside a success, said that GitHub takes nothing for a while."""
        if error.limited and error.retry_after is not None:
            now = self.clock.now()
            self._pace.refused(installation, now + error.retry_after, now)

    def ask(self, key: Key, query: Query, doing: str, is_absence: Callable[[Any], bool]) -> Heard:
        """One GraphQL query; see `github_graphql.heard`."""
        headers, answer = self.send(key, "POST", GRAPHQL, doing, {"query": query.text, "variables": query.variables})
        try:
            return heard(answer, headers, doing, self.clock, is_absence)
        except ForgeError as error:
            self.noticed(key[0], error)
            raise


class GitHubRepository:
    """One repository; see `bot.core.forge.ports.Forge` for what each method promises."""

    def __init__(
        self,
        repositories: GitHubRepositories,
        installation: int,
        repository: RepositoryRef,
        rights: Mapping[str, str],
        *,
        by_name: bool = False,
    ) -> None:
        self._repositories = repositories
        self._ref = repository
        which = repository.name if by_name else repository.id
        self._key: Key = (installation, which, tuple(sorted(rights.items())))
        self._path = f"/repos/{repository.owner}/{repository.name}"
        self._lists = Lists(repository.owner, repository.name, self._page)

    def read(self, question: ReadRequest) -> RepositoryView:
        """See `Forge.read`."""
        query = github_query.look(question, self._ref.owner, self._ref.name, self._repositories.app_id)
        repository = self._read(query)["repository"]
        with shape("a read"):
            self._follow(int(repository["databaseId"]), repository["nameWithOwner"])
            self._lists.complete(_pull_requests(repository))
        return Translator(question, cache(self._blob)).answer(repository)

    def _follow(self, found: int, full_name: str) -> None:
        """Go on under the present name: of a list that is redirected, PyGithub forgets which page was asked for."""
        if self._ref.id not in {0, found}:
            raise OutOfReach(f"{self._ref.full_name} is another repository by now")
        self._path = f"/repos/{full_name}"

    def compare(self, base: str, head: str) -> Comparison:
        """See `Forge.compare`."""
        # Files come with the first page of commits, of which one is enough: nothing is read of them.
        path = f"{self._path}/compare/{_quoted(base)}...{_quoted(head)}?per_page=1"
        try:
            _, answer = self._send("GET", path, "compared two commits")
        except RepositoryGone as error:
            raise HeadGone(str(error)) from error
        return comparison(answer)

    def arrival(self, commit: str, folder: str, branch: str) -> FolderHistory | None:
        """See `Forge.arrival`."""
        query = github_query.arrival(self._ref.owner, self._ref.name, commit, folder)
        answer = self._graphql(query, "read since when a folder is there")
        return arrival(answer["repository"]["object"], branch)

    def changed_files(self, number: int) -> tuple[ChangedFile, ...]:
        """See `Forge.changed_files`."""
        path = f"{self._path}/pulls/{number}/files?"
        return listed_files(self._pages(path, "read where files were moved from", MOST_FILES))

    def publish(self, run: CheckRun) -> Run:
        """See `Forge.publish`."""
        try:
            body = github_writing.run_body(run)
            answer = self._write(Writing.RUN, f"{self._path}/check-runs", "wrote the check run", body)
        except RepositoryGone:
            raise
        except ForgeError as error:
            if "No commit found for SHA" in str(error):
                raise HeadGone(str(error)) from error
            raise
        return written_run(answer)

    def issue(self, number: int) -> Issue:
        """See `Forge.issue`."""
        _, answer = self._send("GET", f"{self._path}/issues/{number}", "read the issue")
        return issue(answer)

    def role(self, login: str) -> Role:
        """See `Forge.role`."""
        path = f"{self._path}/collaborators/{_quoted(login)}/permission"
        try:
            _, answer = self._send("GET", path, "asked for a role")
        except RepositoryGone:
            return Role.ANYONE
        return role(answer)

    def branches(self) -> tuple[str, ...]:
        """See `Forge.branches`."""
        found = self._pages(f"{self._path}/branches?", "listed the branches", _MOST_BRANCHES)
        with shape("a list of branches"):
            return tuple(branch["name"] for branch in found)

    def open_pull_requests(self, base: str | None) -> tuple[int, ...]:
        """See `Forge.open_pull_requests`."""
        of_base = f"&base={_quoted(base)}" if base is not None else ""
        found = self._pages(f"{self._path}/pulls?state=open{of_base}&", "listed the pull requests", _MOST_PULLS)
        with shape("a list of pull requests"):
            return tuple(sorted(pull["number"] for pull in found))

    def open_heads(self, root: str) -> tuple[OtherHead, ...]:
        """See `Forge.open_heads`."""
        return self._lists.open_heads(root)

    def commit_files(self, wanted: NewCommit) -> str:
        """See `Forge.commit_files`."""
        return github_writing.commit_files(self._body, self._path, wanted)

    def pull_requests_of(self, branch: str) -> tuple[PullRequestOf, ...]:
        """See `Forge.pull_requests_of`."""
        return github_writing.pull_requests_of(self._body, self._path, branch)

    def open_pull_request(self, wanted: NewPullRequest) -> int:
        """See `Forge.open_pull_request`."""
        return github_writing.open_pull_request(self._body, self._path, wanted)

    def _body(self, verb: str, path: str, doing: str, body: Any = None) -> Any:
        return self._send(verb, path, doing, body)[1]

    def _pages(self, path: str, doing: str, most: int) -> list[Json]:
        """A list that comes a hundred at a time; `path` ends where its page may be added."""
        found: list[Json] = []
        for page in range(1, most // 100 + 1):
            _, answer = self._send("GET", f"{path}per_page=100&page={page}", doing)
            found += answer
            if len(answer) < 100:  # noqa: PLR2004  the page's size, above
                break
        return found

    def comment(self, number: int, body: str) -> Comment:
        """See `Forge.comment`."""
        path = f"{self._path}/issues/{number}/comments"
        answer = self._write(Writing.CONTENT, path, "wrote a comment", {"body": body})
        return written_comment(answer)

    def find_comment(self, number: int, marker: str) -> Comment | None:
        """See `Forge.find_comment`."""
        return self._lists.find_comment(number, marker)

    def edit_comment(self, comment: Comment, body: str) -> Comment:
        """See `Forge.edit_comment`."""
        path = f"{self._path}/issues/comments/{comment.id}"
        try:
            _, answer = self._send("PATCH", path, "edited our comment", {"body": body})
        except RepositoryGone as error:
            raise CommentGone(str(error)) from error
        return written_comment(answer, minimized=comment.minimized)

    def show_comment(self, comment: Comment, *, minimized: bool) -> None:
        """See `Forge.show_comment`."""
        text = github_query.MINIMIZE if minimized else github_query.RESTORE
        self._mutate(text, {"id": comment.node}, "folded our comment" if minimized else "unfolded our comment")

    def react(self, node: str, reaction: Reaction) -> frozenset[Reaction]:
        """See `Forge.react`."""
        variables = {"id": node, "content": reaction.value}
        try:
            answer = self._mutate(github_query.REACT, variables, "reacted to a command")
        except ForgeError as error:
            if "Could not resolve to a node" in str(error):
                raise CommentGone(str(error)) from error
            raise
        with shape("a reaction"):
            return own_reactions(answer["addReaction"]["subject"])

    def _blob(self, oid: str) -> bytes:
        _, answer = self._send("GET", f"{self._path}/git/blobs/{oid}", "read a long document")
        with shape("a document"):
            return base64.b64decode(answer["content"])

    def _read(self, query: Query) -> Json:
        """The one read; in parts from the start where it was too much again and again."""
        which, heavy = self._key[:2], self._repositories.heavy
        reading = self._reading(query, "read the repository")
        data = reading.data(in_parts=which in heavy)
        if reading.was_too_much:
            heavy.note(which)
        return data

    def _graphql(self, query: Query, doing: str) -> Json:
        """The data of a query that changes nothing; it is asked for again in part where GitHub does not give all."""
        return self._reading(query, doing).data()

    def _page(self, query: Query, doing: str) -> Json:
        return self._reading(query, doing).page()

    def _reading(self, query: Query, doing: str) -> Reading:
        return Reading(query, lambda part: self._repositories.ask(self._key, part, doing, _is_absence))

    def _mutate(self, text: str, variables: Json, doing: str) -> Json:
        """Send a mutation, once."""
        heard = self._repositories.ask(self._key, github_query.Query(text, variables), doing, _is_absence)
        if heard.failed is not None:
            raise heard.failed
        return heard.data

    def _write(self, writing: Writing, path: str, doing: str, body: Any) -> Any:
        return self._repositories.write(self._key, writing, path, doing, body)

    def _send(self, verb: str, path: str, doing: str, body: Any = None) -> tuple[dict[str, Any], Any]:
        return self._repositories.send(self._key, verb, path, doing, body)


def _is_absence(error: Any) -> bool:
    """GitHub gives an error beside the null for every path that a commit does not have, and for an unknown number."""
    if not isinstance(error, dict) or error.get("type") != "NOT_FOUND":
        return False
    path = error.get("path") or []
    message = str(error.get("message", ""))
    return message.startswith("Could not resolve file for path") or path == ["repository", "pullRequest"]


def _pull_requests(repository: Json) -> list[Json]:
    """Every pull request in an answer, as it stands there."""
    head = repository.get("head") or {}
    lists = [repository.get("ofBranch"), head.get("associatedPullRequests")]
    found = [pull for connection in lists if connection for pull in connection["nodes"] if pull]
    return [*found, *([repository["pullRequest"]] if repository.get("pullRequest") else [])]


def _quoted(part: str) -> str:
    return quote(part.encode("utf-8", "replace"), safe="")
