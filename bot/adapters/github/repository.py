"""Read and write a repository on GitHub as an installation: the repository query, check runs, comments, reactions."""

from __future__ import annotations

import base64
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.adapters.github.comparing import Compared, changed_anew, compare, compare_trees
from bot.adapters.github.completeness import gaps, is_about_files, lists_all_files
from bot.adapters.github.graphql import GraphQLResult, graphql_result
from bot.adapters.github.installations import GitHubInstallations
from bot.adapters.github.listing import Listing, listings
from bot.adapters.github.lists import IncompleteResponse, RestList, elements_of
from bot.adapters.github.pacing import Pace, Writing
from bot.adapters.github.paging import MOST_FILES, Lists
from bot.adapters.github.query import (
    HIDE_OUTDATED,
    HIDE_THREAD,
    MINIMIZE,
    REACT,
    RESOLVE_THREAD,
    RESTORE,
    Query,
    closing,
    folder_history_query,
    own_reviews_query,
    repository_query,
)
from bot.adapters.github.query_sending import LargeRepositories, SplitRead
from bot.adapters.github.reading import (
    Translator,
    folder_history,
    issue,
    listed_files,
    listed_paths,
    own_reviews,
    role,
    shape,
    written_comment,
    written_run,
)
from bot.adapters.github.transport import GRAPHQL, Key, Transport
from bot.adapters.github.writing import create_pull_request, list_pull_requests, review_body, run_body, write_commit
from bot.core.config.owner_file import OWNERS
from bot.core.forge.errors import CommentGone, ForgeError, OutOfReach, RepositoryGone
from bot.core.forge.events import RepositoryRef
from bot.core.forge.facts import OwnReviews, ReadRequest
from bot.core.forge.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from bot.adapters.github.app import GitHubApp
    from bot.adapters.github.completeness import Path
    from bot.core.change.trees import ChangedFile, FolderHistory, OtherHead
    from bot.core.forge.effects import CheckRun
    from bot.core.forge.facts import (
        Comment,
        Comparison,
        Issue,
        Reaction,
        RepositoryView,
        ReviewThread,
        Run,
        Spent,
        Thread,
    )
    from bot.core.forge.ports import Clock
    from bot.core.forge.stored import Installation
    from bot.core.forge.writing import NewCommit, NewPullRequest, NewReview, PullRequestOf

Json = dict[str, Any]

_READ = {"contents": "read", "metadata": "read"}
_HEADS = "refs/heads/"
_NO_USER = "is not a user"
"""In GitHub's message (404) about the role of a bot, or of a person who deleted their account."""
_MOST_FOLDERS = 100
"""Folders that are listed to check a comparison. With more of them, the whole trees are compared."""
_MOST_PULLS = 3_000
_MOST_PATCHED = 300
"""Changed files whose patches are read: as many as GitHub loads on one page of a diff."""


class GitHubRepositories:
    """Opens repositories with installation tokens. All threads share one."""

    def __init__(self, app: GitHubApp, clock: Clock, workers: Callable[[], int] | None = None) -> None:
        """See `bot.adapters.github.pacing.Pace` for `workers`."""
        self.app = app
        self.clock = clock
        self._installations = GitHubInstallations(app)
        self._pace = Pace(workers)
        self._transport = Transport(app, clock)
        self.large = LargeRepositories(clock)

    def open(self, installation: int, repository: RepositoryRef, rights: Mapping[str, str]) -> GitHubRepository:
        """Implements `Forges.open`."""
        return GitHubRepository(self, installation, repository, rights)

    def open_owners(self, installation: int, owner: str) -> GitHubRepository:
        """Implements `Forges.open_owners`."""
        return GitHubRepository(self, installation, RepositoryRef(0, owner, OWNERS, ""), _READ, by_name=True)

    def granted(self, installation: int) -> Mapping[str, str]:
        """Implements `Forges.granted`."""
        return self.app.granted(installation)

    def installations(self) -> Sequence[Installation]:
        """Implements `Forges.installations`."""
        return self._installations.every()

    def installation(self, installation: int) -> Installation | None:
        """Implements `Forges.installation`."""
        return self._installations.one(installation)

    def whereabouts(self, installation: int, repository: int) -> RepositoryRef | None:
        """Implements `Forges.whereabouts`."""
        return self._installations.whereabouts(installation, repository)

    def spent(self) -> Spent:
        """Implements `Forges.spent`."""
        return self.app.tally.spent()

    @property
    def app_id(self) -> int:
        """The id of the App."""
        return self.app.app_id

    def room(self, installation: int, delivery: str) -> float | None:
        """Implements `Forges.room`."""
        return self._pace.slot(installation, delivery, Writing.RUN, self.clock.now())

    def write(self, key: Key, writing: Writing, path: str, doing: str, body: Any) -> Any:
        """Send a POST that counts against GitHub's content limits; return the parsed body.

        Raises `ForgeError`, also when the installation's budget is used up.
        """
        installation, now = key[0], self.clock.now()
        until = self._pace.slot(installation, path, writing, now) if writing is Writing.CONTENT else None
        if until is not None:
            raise ForgeError(f"The write budget is used up while we {doing}", retry_after=until - now, limited=True)
        self._pace.wrote(installation, writing, now)
        return self.send(key, "POST", path, doing, body)[1]

    def send(self, key: Key, verb: str, path: str, doing: str, body: Any = None) -> tuple[dict[str, Any], Any]:
        """Send one request with a token for `key`; return the headers and the parsed body. Raises `ForgeError`."""
        installation, now = key[0], self.clock.now()
        wait = self._pace.refused_until(installation, now) - now
        if wait > 0:
            raise ForgeError(f"GitHub's rate limit is exceeded while we {doing}", retry_after=wait, limited=True)
        try:
            return self._transport.carry(key, verb, path, doing, body)
        except ForgeError as error:
            self.note_limit(installation, error)
            raise

    def note_limit(self, installation: int, error: ForgeError) -> None:
        """Remember until when GitHub accepts no request from the installation, if the error says so."""
        if error.limited and error.retry_after is not None:
            now = self.clock.now()
            self._pace.refused(installation, now + error.retry_after, now)

    def ask(self, key: Key, query: Query, doing: str, is_absence: Callable[[Any], bool]) -> GraphQLResult:
        """Send one GraphQL query; see `graphql_result`."""
        headers, body = self.send(key, "POST", GRAPHQL, doing, {"query": query.text, "variables": query.variables})
        try:
            return graphql_result(body, headers, doing, self.clock, is_absence)
        except ForgeError as error:
            self.note_limit(key[0], error)
            raise


class GitHubRepository:
    """One repository. Implements `bot.core.forge.ports.Forge`."""

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
        self._listings: dict[str, Listing] = {}
        """By commit: what was listed of its tree."""
        self._comparisons: dict[tuple[str, str], Compared] = {}
        """By base and head. Each is checked again when more of the trees is known."""
        self._lists = Lists(repository.owner, repository.name, self._page)

    def read(self, request: ReadRequest) -> RepositoryView:
        """Implements `Forge.read`."""
        query = repository_query(request, self._ref.owner, self._ref.name, self._repositories.app_id)
        repository = self._read(query)["repository"]
        with shape("a read"):
            self._follow(int(repository["databaseId"]), repository["nameWithOwner"])
            self._lists.complete(_pull_requests(repository))
            if request.changes and repository.get("head"):
                self._list_all_files(repository, repository["head"])
        view = Translator(request, cache(self._blob)).answer(repository)
        with shape("a read"):
            for commit, listing in listings(repository, request):
                known = self._listings.get(commit)
                self._listings[commit] = listing if known is None else known.joined(listing)
        if view.head is not None and any(
            self._listings[view.head.sha].lacks_a_changed_file(pull.changed) for pull in view.heads
        ):
            raise IncompleteResponse("GitHub names a changed file that the head does not have")
        return view

    def _list_all_files(self, repository: Json, head: Json) -> None:
        """List the changed files by REST for each pull request of the head whose list is not complete.

        Raises `IncompleteResponse` where REST does not list all of them either.
        """
        for pull in _pull_requests(repository):
            is_judged = pull["state"] == "OPEN" and pull["headRefOid"] == head["oid"]
            if not is_judged or lists_all_files(pull, MOST_FILES):
                continue
            # A pull request's list begins at the base that GitHub keeps for it, and not at the base's present tip.
            number, base = pull["number"], pull["baseRefOid"]
            files = changed_anew(self._body, self._path, base, head["oid"], head["tree"]["oid"])
            if files is None:
                files = self._pages(RestList.PULL_REQUEST_FILES, f"{self._path}/pulls/{number}/files?", MOST_FILES)
                if not files:
                    raise IncompleteResponse(f"GitHub lists no files of pull request {number}, which changes some")
            count = pull.get("changedFiles")
            if isinstance(count, int) and len(files) < min(count, MOST_FILES):
                raise IncompleteResponse(f"GitHub lists {len(files)} of {count} changed files")
            pull["files"] = {"nodes": [_changed_file(file) for file in files], "pageInfo": {"hasNextPage": False}}
            pull["changedFiles"] = max(len(files), count or 0)

    def _follow(self, repository_id: int, full_name: str) -> None:
        """Use the repository's current name, because PyGithub drops the page number when it follows a redirect."""
        if self._ref.id not in {0, repository_id}:
            raise OutOfReach(f"{self._ref.full_name} is now the name of another repository")
        self._path = f"/repos/{full_name}"

    def compare(self, base: str, head: str, folders: Sequence[str] = ()) -> Comparison:
        """Implements `Forge.compare`."""
        compared = self._comparisons.get((base, head)) or compare(self._body, self._path, base, head)
        comparison = compared.comparison
        is_checked = compared.merge_base_tree is not None and comparison.complete
        if is_checked and not (
            self._is_believed(compared, base, head) and self._is_believed_in(folders, comparison, head)
        ):
            changed = compare_trees(self._body, self._path, comparison.merge_base, head)
            compared = Compared(replace(comparison, changed=changed))
        self._comparisons[base, head] = compared
        return compared.comparison

    def _is_believed(self, compared: Compared, base: str, head: str) -> bool:
        """Whether the trees, as far as they are known, show no changed file that the comparison leaves out.

        Costs a read of the merge base where neither the base nor the merge base's tree tells.
        """
        changed, merge_base = compared.comparison.changed, compared.comparison.merge_base
        at_head, at_base = self._listings.get(head), self._listings.get(base)
        if at_head is None or at_base is None:
            return True
        if at_head.lacks_a_changed_file(changed):
            return False
        uncovered = at_head.uncovered(at_base, changed)
        if not uncovered or at_head.tree_without(at_base, changed) == compared.merge_base_tree:
            return True
        if merge_base == base:
            return False
        known = self._listings.get(merge_base)
        folders = {path.rpartition("/")[0] for path in uncovered if known is None or not known.knows(path)}
        if folders:
            self.read(ReadRequest(before=merge_base, roots=tuple(sorted(folders - {""}))))
        at_merge_base = self._listings.get(merge_base)
        return at_merge_base is not None and not at_head.uncovered(at_merge_base, changed)

    def _is_believed_in(self, folders: Sequence[str], comparison: Comparison, head: str) -> bool:
        """Whether the comparison names every changed entry of these folders."""
        commits, merge_base = (head, comparison.merge_base), comparison.merge_base
        nothing = Listing({}, {})
        unlisted = [
            folder
            for folder in folders
            if not all(self._listings.get(commit, nothing).lists(folder) for commit in commits)
        ]
        if not unlisted:
            return True
        if len(unlisted) > _MOST_FOLDERS:
            return False
        self.read(ReadRequest(head=head, before=merge_base, roots=tuple(unlisted)))
        at_head, at_merge_base = (self._listings.get(commit, nothing) for commit in commits)
        return not at_head.uncovered(at_merge_base, comparison.changed)

    def folder_history(self, commit: str, folder: str, branch: str) -> FolderHistory | None:
        """Implements `Forge.folder_history`."""
        query = folder_history_query(self._ref.owner, self._ref.name, commit, folder)
        body = self._graphql(query, "read the history of a folder")
        return folder_history(body["repository"]["object"], branch)

    def changed_files(self, number: int) -> tuple[ChangedFile, ...]:
        """Implements `Forge.changed_files`."""
        path = f"{self._path}/pulls/{number}/files?"
        return listed_files(self._pages(RestList.PULL_REQUEST_FILES, path, MOST_FILES))

    def paths(self, commit: str) -> tuple[str, ...] | None:
        """Implements `Forge.paths`."""
        _, body = self._send("GET", f"{self._path}/git/trees/{_quoted(commit)}?recursive=1", "listed the files")
        return listed_paths(body)

    def publish(self, run: CheckRun) -> Run:
        """Implements `Forge.publish`."""
        created = self._write(Writing.RUN, f"{self._path}/check-runs", "wrote the check run", run_body(run))
        return written_run(created)

    def issue(self, number: int) -> Issue:
        """Implements `Forge.issue`."""
        _, body = self._send("GET", f"{self._path}/issues/{number}", "read the issue")
        return issue(body)

    def role(self, login: str) -> Role:
        """Implements `Forge.role`."""
        path = f"{self._path}/collaborators/{_quoted(login)}/permission"
        try:
            _, body = self._send("GET", path, "asked for a role")
        except RepositoryGone as error:
            if _NO_USER not in str(error):
                raise
            return Role.ANYONE
        return role(body)

    def branches(self) -> tuple[str, ...]:
        """Implements `Forge.branches`. One call for up to a hundred branches, and two for any number of them.

        GitHub gives all matching refs in one response: https://github.com/google/go-github/pull/3924
        """
        headers, page = self._send("GET", f"{self._path}/branches?per_page=100&page=1", "listed the branches")
        names = [branch["name"] for branch in elements_of(RestList.BRANCHES, page)]
        if _is_last(headers, page):
            return tuple(names)
        _, refs = self._send("GET", f"{self._path}/git/matching-refs/heads", "listed all branches")
        with shape("a list of all branches"):
            all_refs = [ref["ref"] for ref in refs]
        branches = tuple(ref.removeprefix(_HEADS) for ref in all_refs if ref.startswith(_HEADS))
        if not set(names) <= set(branches):
            raise IncompleteResponse("GitHub's list of all branches lacks some of the first hundred")
        return branches

    def open_pull_requests(self, base: str | None) -> tuple[int, ...]:
        """Implements `Forge.open_pull_requests`."""
        of_base = f"&base={_quoted(base)}" if base is not None else ""
        pulls = self._pages(RestList.PULL_REQUESTS, f"{self._path}/pulls?state=open{of_base}&", _MOST_PULLS)
        return tuple(sorted(pull["number"] for pull in pulls))

    def open_heads(self, root: str) -> tuple[OtherHead, ...]:
        """Implements `Forge.open_heads`."""
        return self._lists.open_heads(root)

    def commit_files(self, new_commit: NewCommit) -> str:
        """Implements `Forge.commit_files`."""
        return write_commit(self._body, self._path, new_commit)

    def pull_requests_of(self, branch: str) -> tuple[PullRequestOf, ...]:
        """Implements `Forge.pull_requests_of`."""
        return list_pull_requests(self._body, self._path, branch)

    def open_pull_request(self, new_pull_request: NewPullRequest) -> int:
        """Implements `Forge.open_pull_request`."""
        return create_pull_request(self._body, self._path, new_pull_request)

    def own_reviews(self, number: int) -> OwnReviews:
        """Implements `ForgeReader.own_reviews`."""
        query = own_reviews_query(self._ref.owner, self._ref.name, number)
        pull = self._graphql(query, "looked for our reviews")["repository"]["pullRequest"]
        return own_reviews(pull) if pull is not None else OwnReviews()

    def patches(self, number: int, paths: Collection[str]) -> Mapping[str, str]:
        """Implements `ForgeReader.patches`."""
        files = self._pages(RestList.PULL_REQUEST_FILES, f"{self._path}/pulls/{number}/files?", _MOST_PATCHED)
        patches = {file["filename"]: file.get("patch") for file in files if file["filename"] in paths}
        return {path: patch for path, patch in patches.items() if isinstance(patch, str)}

    def review(self, new_review: NewReview) -> None:
        """Implements `Forge.review`."""
        path = f"{self._path}/pulls/{new_review.number}/reviews"
        self._write(Writing.CONTENT, path, "wrote a review", review_body(new_review))

    def close_threads(self, threads: Sequence[ReviewThread], *, resolve: bool) -> None:
        """Implements `Forge.close_threads`."""
        if resolve:
            query, doing = closing(*RESOLVE_THREAD, [thread.node for thread in threads]), "resolved our suggestions"
        else:
            query, doing = closing(*HIDE_THREAD, [thread.comment for thread in threads]), "hid our suggestions"
        self._mutate_comment(query.text, query.variables, doing)

    def _body(self, verb: str, path: str, doing: str, body: Any = None) -> Any:
        return self._send(verb, path, doing, body)[1]

    def _pages(self, which: RestList, path: str, most: int) -> list[Json]:
        """Return the elements of a list, a hundred per page. `path` ends with `?` or `&`."""
        elements: list[Json] = []
        for page in range(1, most // 100 + 1):
            headers, body = self._send("GET", f"{path}per_page=100&page={page}", f"listed the {which}")
            elements += elements_of(which, body)
            if _is_last(headers, body):
                break
        return elements

    def comment(self, number: int, body: str) -> Comment:
        """Implements `Forge.comment`."""
        path = f"{self._path}/issues/{number}/comments"
        created = self._write(Writing.CONTENT, path, "wrote a comment", {"body": body})
        return written_comment(created)

    def thread(self, number: int, marker: str, node: str | None) -> Thread:
        """Implements `ForgeReader.thread`."""
        return self._lists.thread(number, marker, node)

    def edit_comment(self, comment: Comment, body: str) -> Comment:
        """Implements `Forge.edit_comment`."""
        path = f"{self._path}/issues/comments/{comment.id}"
        try:
            _, edited = self._send("PATCH", path, "edited our comment", {"body": body})
        except RepositoryGone as error:
            raise CommentGone(str(error)) from error
        return written_comment(edited, minimized=comment.minimized)

    def show_comment(self, comment: Comment, *, minimized: bool) -> None:
        """Implements `Forge.show_comment`."""
        text = MINIMIZE if minimized else RESTORE
        self._mutate(text, {"id": comment.node}, "folded our comment" if minimized else "unfolded our comment")

    def hide_outdated(self, comment: Comment) -> None:
        """Implements `Forge.hide_outdated`."""
        self._mutate_comment(HIDE_OUTDATED, {"id": comment.node}, "hid an outdated answer")

    def react(self, node: str, reaction: Reaction) -> None:
        """Implements `Forge.react`."""
        self._mutate_comment(REACT, {"id": node, "content": reaction.value}, "reacted to a command")

    def _mutate_comment(self, text: str, variables: dict[str, str], doing: str) -> None:
        """Change something about a comment. Raises `CommentGone` when it was deleted."""
        try:
            self._mutate(text, variables, doing)
        except ForgeError as error:
            if "Could not resolve to a node" in str(error):
                raise CommentGone(str(error)) from error
            raise

    def _blob(self, oid: str) -> bytes:
        _, blob = self._send("GET", f"{self._path}/git/blobs/{oid}", "read a long document")
        with shape("a document"):
            return base64.b64decode(blob["content"])

    def _read(self, query: Query) -> Json:
        """Send the repository query, in parts from the start when it was too much twice within an hour."""
        which, large = self._key[:2], self._repositories.large

        def data(reading: SplitRead) -> Json:
            data = reading.data(in_parts=which in large)
            if reading.was_too_much:
                large.note(which)
            return data

        return self._complete(query, "read the repository", data)

    def _graphql(self, query: Query, doing: str) -> Json:
        """Return the data of a query. Parts that GitHub leaves out are queried once more."""
        return self._complete(query, doing, SplitRead.data)

    def _page(self, query: Query, doing: str) -> Json:
        return self._complete(query, doing, SplitRead.page)

    def _complete(self, query: Query, doing: str, read: Callable[[SplitRead], Json]) -> Json:
        """Return the data of a query without gaps, read at most twice. Raises `IncompleteResponse`.

        The first page of a pull request's changed files may have gaps: see `_list_all_files`.
        """
        missing: list[Path] = []
        for _ in range(2):
            reading = self._reading(query, doing)
            data = read(reading)
            with shape("a read"):
                missing = [path for path in gaps(query, data, reading.absences) if not is_about_files(path)]
            if not missing:
                return data
        raise IncompleteResponse(f"GitHub left out {'.'.join(map(str, missing[0]))} while we {doing}")

    def _reading(self, query: Query, doing: str) -> SplitRead:
        return SplitRead(query, lambda part: self._repositories.ask(self._key, part, doing, _is_absence))

    def _mutate(self, text: str, variables: Json, doing: str) -> Json:
        """Send a mutation, once."""
        result = self._repositories.ask(self._key, Query(text, variables), doing, _is_absence)
        if result.failed is not None:
            raise result.failed
        return result.data

    def _write(self, writing: Writing, path: str, doing: str, body: Any) -> Any:
        return self._repositories.write(self._key, writing, path, doing, body)

    def _send(self, verb: str, path: str, doing: str, body: Any = None) -> tuple[dict[str, Any], Any]:
        return self._repositories.send(self._key, verb, path, doing, body)


def _is_last(headers: dict[str, Any], page: Sequence[object]) -> bool:
    """Whether no page follows this one. A page that is short of an element still has a link to the next one."""
    return len(page) < 100 and 'rel="next"' not in str(headers.get("link"))  # noqa: PLR2004  the page's size


def _is_absence(error: Any) -> bool:
    """Whether the error says that a path of a commit, a pull request's number or a text does not exist."""
    if not isinstance(error, dict) or error.get("type") != "NOT_FOUND":
        return False
    path = error.get("path") or []
    message = str(error.get("message", ""))
    return message.startswith("Could not resolve file for path") or path in (["node"], ["repository", "pullRequest"])


def _pull_requests(repository: Json) -> list[Json]:
    """Return every pull request of a response, untranslated."""
    head = repository.get("head") or {}
    lists = [repository.get("ofBranch"), head.get("associatedPullRequests")]
    pulls = [pull for connection in lists if connection for pull in connection["nodes"] if pull]
    return [*pulls, *([repository["pullRequest"]] if repository.get("pullRequest") else [])]


def _changed_file(file: Json) -> Json:
    """Return REST's changed file in GraphQL's words; only REST says where a file was moved from."""
    return {"path": file["filename"], "changeType": file["status"], "previous": file.get("previous_filename")}


def _quoted(part: str) -> str:
    return quote(part.encode("utf-8", "replace"), safe="")
