"""GitHub's answers in our own values: translation, no decisions.

Nothing here trusts the shape of an answer further than it must: what is not there is absent, what is of another kind
than expected raises `ForgeError`, since an answer that was misread must never pass for an empty one.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.adapters.github.tree import Filler, join
from bot.core.change.trees import ChangedFile, FileStatus, FolderHistory, OtherHead, Tree
from bot.core.forge.effects import Reaction
from bot.core.forge.errors import ForgeError
from bot.core.forge.facts import Comment, Commit, Comparison, Issue, PullRequest, RepositoryView, Run
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
def shape(what: str) -> Iterator[None]:
    """Turns what an unexpected shape raises into `ForgeError`; `what` is what GitHub was asked for."""
    try:
        yield
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        kind = type(error).__name__
        raise ForgeError(f"GitHub answered {what} in an unexpected shape ({kind})", lost_answer=True) from error


@dataclass(frozen=True, slots=True)
class Translator:
    """Reads the answer to one question. `blob` fetches a blob's bytes by its id, where its text was cut short."""

    question: ReadRequest
    blob: Callable[[str], bytes]

    def answer(self, repository: Json) -> RepositoryView:
        """The whole answer. Raises `ForgeError` for a shape that GitHub does not promise."""
        with shape("a read"):
            return self._answer(repository)

    def _answer(self, repository: Json) -> RepositoryView:

        question = self.question
        default_ref = repository.get("defaultBranchRef")
        head = repository.get("head") or None
        asked = repository.get("pullRequest") or None
        near = [*_nodes(repository.get("ofBranch")), *_nodes((head or {}).get("associatedPullRequests"))]
        heads = {pull["number"]: pull for pull in near if self._is_of_head(pull)}
        return RepositoryView(
            repository=repository["databaseId"],
            full_name=repository["nameWithOwner"],
            default_branch=default_ref["name"] if default_ref else None,
            default=self._tree(default_ref["target"], base=question.from_default, default=True)
            if default_ref
            else None,
            head=self._commit(head) if head and "oid" in head else None,
            tip=((repository.get("tip") or {}).get("target") or {}).get("oid"),
            before=self._tree(repository.get("before") or None, base=True),
            pull_request=self.pull(asked) if asked else None,
            heads=tuple(self.pull(heads[number]) for number in sorted(heads)),
            based=tuple(sorted(node["number"] for node in _nodes(repository.get("based")))),
            others=tuple(self._others(repository)),
            archived=bool(repository.get("isArchived")),
            private=bool(repository.get("isPrivate")),
        )

    def _is_of_head(self, pull: Json) -> bool:
        """GitHub also lists merged pull requests and such that merely contain the commit."""
        if pull.get("state") != "OPEN":
            return False
        return self.question.head is None or pull.get("headRefOid") == self.question.head

    def pull(self, pull: Json) -> PullRequest:
        """One pull request."""
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
            changed=changed_files(_nodes(files)),
            changes_complete=_is_whole(files, pull.get("changedFiles") or 0),
            comments=own_comments(_nodes(pull.get("comments"))),
        )

    def _commit(self, commit: Json) -> Commit:
        suites = _nodes(commit.get("checkSuites"))
        runs = [run for suite in suites for run in _nodes(suite.get("checkRuns"))]
        return Commit(
            tree=self._tree(commit, head=True, base=self.question.before is not None) or Tree(None),
            committed_at=commit.get("committedDate") or "",
            runs=tuple(sorted((_run(run) for run in runs), key=lambda run: -run.id)),
        )

    def _tree(
        self, commit: Json | None, *, base: bool = False, head: bool = False, default: bool = False
    ) -> Tree | None:
        """What was read of one commit; which aliases it has depends on where it stands in the query."""
        if commit is None or "oid" not in commit:
            return None
        asked = self.question
        filler = Filler(self.blob)
        filler.listings(commit, "r", asked.roots)
        if base:
            filler.listings(commit, "b", asked.base_roots)
            filler.documents_at(commit, "d", asked.documents)
        if base or head:
            filler.folders(commit, "f", asked.folders)
            filler.marks_at(commit, "m", asked.marks)
        if head:
            filler.documents_at(commit, "h", asked.head_documents)
            filler.outline(commit.get("outline"))
        if default:
            filler.documents_at(commit, "c", asked.default_documents)
        return Tree(commit["oid"], filler.entries, filler.documents, marks=filler.marks)

    def _others(self, repository: Json) -> Iterable[OtherHead]:
        seen = set()
        for index, prefix in enumerate(self.question.prefixes):
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
                    folders=tuple(sorted(path for path in folders if path not in self.question.roots)),
                    pull_request=pull.get("number"),
                    url=pull.get("url"),
                )


def _is_whole(files: Json | None, count: int) -> bool:
    """Whether a list of changed files has as many as GitHub counts: it may end before, and not say that more follow."""
    return files is None or (not files["pageInfo"]["hasNextPage"] and len(_nodes(files)) >= count)


def changed_files(nodes: Iterable[Json]) -> tuple[ChangedFile, ...]:
    """GraphQL's list of a pull request's files."""
    return tuple(ChangedFile(node["path"], _STATUS.get(node["changeType"], FileStatus.MODIFIED)) for node in nodes)


def own_comments(nodes: Iterable[Json]) -> tuple[Comment, ...]:
    """Those comments that are ours: GitHub knows it better than a comparison of names."""
    return tuple(
        Comment(
            id=int(node["fullDatabaseId"]),
            node=node["id"],
            body=node["body"],
            minimized=bool(node["isMinimized"]),
            url=node.get("url") or "",
        )
        for node in nodes
        if node.get("viewerDidAuthor")
    )


def open_heads(nodes: Iterable[Json], root: str) -> tuple[OtherHead, ...]:
    """The heads of open pull requests; of a branch that is gone only its name is known."""
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
    listed = ((node.get("headRef") or {}).get("target") or {}).get("root") or {}
    return (listed.get("object") or listed).get("entries") or []


def own_reactions(subject: Json) -> frozenset[Reaction]:
    """Our own reactions on something that somebody wrote."""
    with shape("a reaction"):
        ours = {group["content"] for group in subject.get("reactionGroups") or () if group["viewerHasReacted"]}
        return frozenset(reaction for reaction in Reaction if reaction.value in ours)


def listed_files(files: Iterable[Json]) -> tuple[ChangedFile, ...]:
    """REST's list of changed files, which alone says where a file was moved from."""
    with shape("a list of files"):
        return tuple(
            ChangedFile(
                file["filename"], _STATUS.get(file["status"], FileStatus.MODIFIED), file.get("previous_filename")
            )
            for file in files
        )


def comparison(answer: Json) -> Comparison:
    """REST's `GET /compare/{basehead}`, which lists at most 300 files.

    https://docs.github.com/rest/commits/commits#compare-two-commits
    """
    with shape("a comparison"):
        files = answer.get("files") or []
        return Comparison(
            ahead_by=answer["ahead_by"],
            merge_base=answer["merge_base_commit"]["sha"],
            changed=listed_files(files),
            complete=len(files) < 300,  # noqa: PLR2004  GitHub's bound, named above
        )


def arrival(commit: Json | None, branch: str) -> FolderHistory | None:
    """How a folder came to a branch: by the oldest commit of its history, if that is the whole of it."""
    with shape("a folder's history"):
        history = (commit or {}).get("history") or {}
        nodes = _nodes(history)
        if not nodes or history["pageInfo"]["hasNextPage"]:
            return None
        pulls = [one for one in _nodes(nodes[-1].get("associatedPullRequests")) if one["mergedAt"]]
        merged = next((one for one in pulls if one["baseRefName"] == branch), None)
        if merged is None:
            return FolderHistory(_day(nodes[-1]["committedDate"]))
        return FolderHistory(_day(merged["mergedAt"]), merged["number"])


def _day(time: str) -> str:
    """The day (UTC) of a time as GitHub writes it."""
    return datetime.fromisoformat(time).astimezone(UTC).date().isoformat()


def issue(answer: Json) -> Issue:
    """REST's issue."""
    with shape("an issue"):
        return Issue(
            number=answer["number"],
            title=answer["title"],
            body=answer.get("body") or "",
            author=(answer.get("user") or {}).get("login", "ghost"),
            created_at=answer["created_at"],
        )


def role(answer: Json) -> Role:
    """The strongest role that GitHub's booleans give; its coarse word would miss triage, maintain and custom roles.

    https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
    """
    with shape("a role"):
        granted = (answer.get("user") or {}).get("permissions") or {}
        return next((held for name, held in _ROLES if granted.get(name) is True), Role.ANYONE)


def written_run(run: Json) -> Run:
    """REST's check run."""
    with shape("for a check run"):
        return Run(
            id=run["id"],
            name=run["name"],
            completed=run["status"] == "completed",
            conclusion=run.get("conclusion"),
            external_id=run.get("external_id") or "",
            url=run.get("html_url") or "",
        )


def written_comment(comment: Json, *, minimized: bool = False) -> Comment:
    """REST's comment, which does not say whether it is folded away."""
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
    """A connection's nodes; GitHub may leave single ones out as null."""
    return [node for node in (connection or {}).get("nodes") or () if node]
