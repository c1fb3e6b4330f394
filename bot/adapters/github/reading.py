"""Translate GitHub's responses into our own values, without decisions.

A field of an unexpected type raises `ForgeError`, so that a response that was misread never counts as an empty one.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.adapters.github.lists import IncompleteResponse, RestList, elements_of
from bot.adapters.github.tree import TreeFiller, join
from bot.core.change.trees import ChangedFile, FileStatus, FolderHistory, OtherHead, Tree
from bot.core.forge.errors import ForgeError, MovedMeanwhile
from bot.core.forge.facts import (
    Comment,
    Commit,
    Comparison,
    Issue,
    OwnReviews,
    PullRequest,
    Reaction,
    RepositoryView,
    ReviewThread,
    Run,
    StackLayer,
)
from bot.core.forge.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bot.core.forge.facts import ReadRequest

Json = dict[str, Any]

_STATUS = {
    "ADDED": FileStatus.ADDED,
    "COPIED": FileStatus.ADDED,
    "DELETED": FileStatus.REMOVED,
    "RENAMED": FileStatus.RENAMED,
    "MODIFIED": FileStatus.MODIFIED,
    "CHANGED": FileStatus.MODIFIED,
    "added": FileStatus.ADDED,
    "copied": FileStatus.ADDED,
    "removed": FileStatus.REMOVED,
    "renamed": FileStatus.RENAMED,
}

_ROLES = (("admin", Role.ADMIN), ("maintain", Role.MAINTAIN), ("push", Role.WRITE), ("triage", Role.TRIAGE))


@contextmanager
def shape(subject: str) -> Iterator[None]:
    """Turn the errors that an unexpected shape raises into `ForgeError`; `subject` is what the request was for."""
    try:
        yield
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        kind = type(error).__name__
        raise ForgeError(f"GitHub answered {subject} in an unexpected shape ({kind})", lost_answer=True) from error


@dataclass(frozen=True, slots=True)
class Translator:
    """Translates the response to one read request. `blob` fetches the bytes of a truncated text by its object id."""

    request: ReadRequest
    blob: Callable[[str], bytes]

    def answer(self, repository: Json) -> RepositoryView:
        """Translate the whole response. Raises `ForgeError` for an unexpected shape."""
        with shape("a read"):
            return self._answer(repository)

    def _answer(self, repository: Json) -> RepositoryView:
        request = self.request
        default_ref = repository.get("defaultBranchRef")
        head = repository.get("head") or None
        numbered = repository.get("pullRequest") or None
        near = [*_nodes(repository.get("ofBranch")), *_nodes((head or {}).get("associatedPullRequests"))]
        heads = {pull["number"]: pull for pull in near if self._is_of_head(pull)}
        default = self._tree(default_ref["target"], base=request.from_default, default=True) if default_ref else None
        return RepositoryView(
            repository=repository["databaseId"],
            full_name=repository["nameWithOwner"],
            default_branch=default_ref["name"] if default_ref else None,
            default=default,
            stack_bases=self._stack_bases(repository, default),
            head=self._commit(head) if head and "oid" in head else None,
            tip=((repository.get("tip") or {}).get("target") or {}).get("oid"),
            before=self._tree(repository.get("before") or None, base=True),
            pull_request=self.pull(numbered) if numbered else None,
            heads=tuple(self.pull(heads[number]) for number in sorted(heads)),
            based=tuple(sorted(node["number"] for node in _nodes(repository.get("based")))),
            others=tuple(self._others(repository)),
            archived=bool(repository.get("isArchived")),
            private=bool(repository.get("isPrivate")),
        )

    def _stack_bases(self, repository: Json, default: Tree | None) -> dict[str, Tree]:
        """The trees that stacks go to. Raises `ForgeError` for one that is not there, as for a branch that moved."""
        trees = {}
        if self.request.from_default and default is not None:
            trees[repository["defaultBranchRef"]["name"]] = default
        for index, branch in enumerate(self.request.stack_bases):
            tree = self._tree((repository.get(f"s{index}") or {}).get("target"), base=True)
            if tree is None:
                raise MovedMeanwhile("The base of a stack went away while we read it.")
            trees[branch] = tree
        return trees

    def _is_of_head(self, pull: Json) -> bool:
        """Whether this is an open pull request with the requested head. GitHub also lists others with the commit."""
        if pull.get("state") != "OPEN":
            return False
        return self.request.head is None or pull.get("headRefOid") == self.request.head

    def pull(self, pull: Json) -> PullRequest:
        """Translate one pull request."""
        base_ref = pull.get("baseRef")
        files = pull.get("files")
        return PullRequest(
            number=pull["number"],
            title=pull["title"],
            url=pull["url"],
            is_open=pull["state"] == "OPEN",
            draft=bool(pull["isDraft"]),
            author=(pull.get("author") or {}).get("login", "ghost"),
            created_at=pull["createdAt"],
            head_sha=pull["headRefOid"],
            head_branch=pull["headRefName"],
            head_repository=(pull.get("headRepository") or {}).get("nameWithOwner"),
            base_branch=pull["baseRefName"],
            base=self._tree(base_ref["target"], base=True) if base_ref else None,
            below=tuple(_layers(base_ref)),
            changed=changed_files(_nodes(files)),
            changes_complete=_is_whole(files, pull.get("changedFiles") or 0),
            comments=own_comments(_nodes(pull.get("comments"))),
        )

    def _commit(self, commit: Json) -> Commit:
        suites = _nodes(commit.get("checkSuites"))
        runs = [run for suite in suites for run in _nodes(suite.get("checkRuns"))]
        return Commit(
            tree=self._tree(commit, head=True, base=self.request.before is not None) or Tree(None),
            committed_at=commit.get("committedDate") or "",
            runs=tuple(sorted((_run(run) for run in runs), key=lambda run: -run.id)),
        )

    def _tree(
        self, commit: Json | None, *, base: bool = False, head: bool = False, default: bool = False
    ) -> Tree | None:
        """Translate the tree of one commit. Its place in the query decides which aliases it has."""
        if commit is None or "oid" not in commit:
            return None
        request = self.request
        filler = TreeFiller(self.blob)
        filler.listings(commit, "r", request.roots)
        if base:
            filler.listings(commit, "b", request.base_roots)
            filler.documents_at(commit, "d", request.documents)
        if base or head:
            filler.folders(commit, "f", request.folders)
            filler.marks_at(commit, "m", request.marks)
        if head:
            filler.documents_at(commit, "h", request.head_documents)
            filler.outline(commit.get("outline"))
        if default:
            filler.documents_at(commit, "c", request.default_documents)
        return Tree(commit["oid"], filler.entries, filler.documents, marks=filler.marks)

    def _others(self, repository: Json) -> Iterable[OtherHead]:
        seen = set()
        for index, prefix in enumerate(self.request.prefixes):
            for ref in _nodes(repository.get(f"n{index}")):
                name = ref["name"]
                if name in seen or not name.rsplit("/", 1)[-1].startswith(prefix):
                    continue
                seen.add(name)
                tree = self._tree(ref.get("target") or None)
                folders = (entry.path for entry in tree.entries.values()) if tree else ()
                pull = next(iter(_nodes(ref.get("associatedPullRequests"))), {})
                yield OtherHead(
                    ref=name,
                    folders=tuple(sorted(path for path in folders if path not in self.request.roots)),
                    pull_request=pull.get("number"),
                    url=pull.get("url"),
                )


def _layers(ref: Json | None) -> Iterator[StackLayer]:
    """The chain of open pull requests below a branch, the nearest first. A cycle ends the chain."""
    numbers: set[int] = set()
    while ref is not None:
        pull = next(iter(_nodes(ref.get("below"))), None)
        if pull is None or pull["number"] in numbers:
            return
        numbers.add(pull["number"])
        ref = pull.get("baseRef")
        yield StackLayer(pull["number"], pull["baseRefName"])


def _is_whole(files: Json | None, count: int) -> bool:
    """Whether the list of changed files has as many files as GitHub counts. It may end early without saying so."""
    return files is None or (not files["pageInfo"]["hasNextPage"] and len(_nodes(files)) >= count)


def changed_files(nodes: Iterable[Json]) -> tuple[ChangedFile, ...]:
    """Translate GraphQL's list of a pull request's files."""
    return tuple(
        ChangedFile(node["path"], _STATUS.get(node["changeType"], FileStatus.MODIFIED), node.get("previous"))
        for node in nodes
    )


def own_comments(nodes: Iterable[Json]) -> tuple[Comment, ...]:
    """Translate our own comments. GitHub's `viewerDidAuthor` is more reliable than a comparison of names."""
    return tuple(
        Comment(
            id=int(node["fullDatabaseId"]),
            node=node["id"],
            body=node["body"],
            minimized=bool(node["isMinimized"]),
            url=node.get("url") or "",
        )
        for node in nodes
        if node and node.get("viewerDidAuthor")
    )


def own_reviews(pull: Json) -> OwnReviews:
    """Translate our own reviews of a pull request, and the threads whose first comment is ours."""
    with shape("a list of reviews"):
        return OwnReviews(
            tuple(review["body"] for review in _nodes(pull["reviews"]) if review["viewerDidAuthor"]),
            tuple(
                ReviewThread(
                    node=thread["id"],
                    comment=comment["id"],
                    body=comment["body"],
                    is_open=not thread["isResolved"] and not comment["isMinimized"],
                    is_outdated=thread["isOutdated"],
                )
                for thread in _nodes(pull["reviewThreads"])
                for comment in _nodes(thread["comments"])
                if comment["viewerDidAuthor"]
            ),
        )


def open_heads(nodes: Iterable[Json], root: str) -> tuple[OtherHead, ...]:
    """Translate the heads of open pull requests. A deleted branch has a name and no folders."""
    with shape("a list of pull requests"):
        return tuple(
            OtherHead(
                ref=node["headRefName"],
                folders=tuple(join(root, entry["name"]) for entry in _below(node) if entry.get("type") == "tree"),
                pull_request=node["number"],
                url=node["url"],
            )
            for node in nodes
        )


def _below(node: Json) -> list[Json]:
    root_tree = ((node.get("headRef") or {}).get("target") or {}).get("root") or {}
    return (root_tree.get("object") or root_tree).get("entries") or []


def own_reactions(subject: Json) -> frozenset[Reaction]:
    """Translate our own reactions to a comment."""
    with shape("a reaction"):
        ours = {group["content"] for group in subject.get("reactionGroups") or () if group["viewerHasReacted"]}
        return frozenset(reaction for reaction in Reaction if reaction.value in ours)


def listed_files(files: Iterable[Json]) -> tuple[ChangedFile, ...]:
    """Translate REST's list of changed files. Only REST says where a file was moved from."""
    with shape("a list of files"):
        return tuple(
            ChangedFile(
                file["filename"], _STATUS.get(file["status"], FileStatus.MODIFIED), file.get("previous_filename")
            )
            for file in files
        )


def listed_paths(body: Json) -> tuple[str, ...] | None:
    """Translate REST's recursive tree: the paths of files and links, None for a list that GitHub cut.

    https://docs.github.com/rest/git/trees#get-a-tree
    """
    with shape("a tree"):
        if body["truncated"] is not False:
            return None
        tree = elements_of(RestList.TREE, body.get("tree"))
        return tuple(entry["path"] for entry in tree if entry["type"] == "blob")


def comparison(body: Json) -> Comparison:
    """Translate REST's `GET /compare/{basehead}`, which lists at most 300 files.

    https://docs.github.com/rest/commits/commits#compare-two-commits
    """
    with shape("a comparison"):
        files = body.get("files") or []
        return Comparison(
            ahead_by=body["ahead_by"],
            merge_base=body["merge_base_commit"]["sha"],
            changed=listed_files(files),
            complete=len(files) < 300,  # noqa: PLR2004  GitHub's bound, named above
        )


def folder_history(commit: Json | None, branch: str) -> FolderHistory | None:
    """Return how a folder came to a branch, by the oldest commit of its history; None for an incomplete history."""
    with shape("a folder's history"):
        history = (commit or {}).get("history") or {}
        nodes = _nodes(history)
        if not nodes or history["pageInfo"]["hasNextPage"]:
            return None
        pulls = [pull for pull in _nodes(nodes[-1].get("associatedPullRequests")) if pull["mergedAt"]]
        merged = next((pull for pull in pulls if pull["baseRefName"] == branch), None)
        if merged is None:
            return FolderHistory(_day(nodes[-1]["committedDate"]))
        return FolderHistory(_day(merged["mergedAt"]), merged["number"])


def _day(time: str) -> str:
    """Return the day (UTC) of a time in ISO 8601."""
    return datetime.fromisoformat(time).astimezone(UTC).date().isoformat()


def issue(body: Json) -> Issue:
    """Translate REST's issue."""
    with shape("an issue"):
        return Issue(
            number=body["number"],
            title=body["title"],
            body=body.get("body") or "",
            author=(body.get("user") or {}).get("login", "ghost"),
            created_at=body["created_at"],
        )


def role(body: Json) -> Role:
    """Return the strongest role of GitHub's permission booleans; `permission` lacks triage, maintain and custom roles.

    Raises `IncompleteResponse` for a response without booleans, which is no answer about the person.

    https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
    """
    with shape("a role"):
        granted = (body.get("user") or {}).get("permissions")
        if not isinstance(granted, dict):
            raise IncompleteResponse("GitHub left out the permissions of a person")
        return next(
            (role_of_permission for name, role_of_permission in _ROLES if granted.get(name) is True), Role.ANYONE
        )


def written_run(run: Json) -> Run:
    """Translate REST's check run."""
    with shape("for a check run"):
        return Run(
            id=run["id"],
            name=run["name"],
            completed=run["status"] == "completed",
            conclusion=run.get("conclusion"),
            external_id=run.get("external_id") or "",
            url=run.get("html_url") or "",
            completed_at=run.get("completed_at") or "",
        )


def written_comment(comment: Json, *, minimized: bool = False) -> Comment:
    """Translate REST's comment, which does not say whether it is minimized."""
    with shape("for a comment"):
        return Comment(comment["id"], comment["node_id"], comment["body"], minimized, comment.get("html_url") or "")


def _run(run: Json) -> Run:
    conclusion = run.get("conclusion")
    return Run(
        id=run["databaseId"],
        name=run["name"],
        completed=run["status"] == "COMPLETED",
        conclusion=conclusion.lower() if conclusion else None,
        external_id=run.get("externalId") or "",
        url=run.get("url") or "",
    )


def _nodes(connection: Mapping[str, Any] | None) -> list[Json]:
    """Return the nodes of a connection without those that GitHub replaces by null."""
    return [node for node in (connection or {}).get("nodes") or () if node]
