"""Records as GraphQL objects: dictionaries whose dear fields are functions, called only when they are asked for."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from bot.sandbox.commit_shapes import account
from bot.sandbox.shapes import CONTENTS, pull_commits, pull_files, stamp
from bot.sandbox.state import (
    CheckRun,
    CheckSuite,
    Comment,
    Issue,
    PullRequest,
    Reaction,
    Repository,
    Review,
    User,
    iso,
    node_id,
    number_of,
)

if TYPE_CHECKING:
    from bot.sandbox.git import Commit, FileChange, Signature, TreeEntry
    from bot.sandbox.routing import Call

Node = dict[str, Any]

TRUNCATED = 512_000
"""`Blob.text` is cut off here, in bytes."""
REACTIONS = dict(
    zip(CONTENTS, ["THUMBS_UP", "THUMBS_DOWN", "LAUGH", "HOORAY", "CONFUSED", "HEART", "ROCKET", "EYES"], strict=True)
)
_CHANGES = {"removed": "DELETED"}
_BINARY_LOOK = 8000


def not_found(kind: str, what: str) -> GraphQLError:
    """GitHub's NOT_FOUND; the field is null and everything else is answered."""
    return GraphQLError(f"Could not resolve to {kind} with the {what}.", extensions={"type": "NOT_FOUND"})


def connection(items: Sequence[Any], arguments: dict[str, Any], shape: Callable[[Any], Node]) -> Node:
    """A page of items by `first`/`after` or `last`/`before`, with opaque cursors."""
    start, end = 0, len(items)
    if arguments.get("after"):
        start = _place(arguments["after"])
    if arguments.get("before"):
        end = min(end, _place(arguments["before"]) - 1)
    if arguments.get("first") is not None:
        end = min(end, start + int(arguments["first"]))
    elif arguments.get("last") is not None:
        start = max(start, end - int(arguments["last"]))
    page = list(items[start:end])
    return {
        "totalCount": len(items),
        "nodes": lambda _info, **_: [shape(one) for one in page],
        "pageInfo": {
            "hasNextPage": end < len(items),
            "hasPreviousPage": start > 0,
            "startCursor": _cursor(start + 1) if page else None,
            "endCursor": _cursor(start + len(page)) if page else None,
        },
    }


def _cursor(place: int) -> str:
    return base64.b64encode(f"cursor:v2:{place}".encode()).decode()


def _place(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor).decode().removeprefix("cursor:v2:"))
    except ValueError:
        message = f"`{cursor[:60]}` does not appear to be a valid cursor."
        raise GraphQLError(message, extensions={"type": "INVALID_CURSOR_ARGUMENTS"}) from None


def _ordered(items: list[Any], arguments: dict[str, Any], keys: dict[str, Callable[[Any], Any]]) -> list[Any]:
    order = arguments.get("orderBy")
    if not order:
        return items
    key = keys.get(order["field"], lambda one: one.id)
    return sorted(items, key=key, reverse=order["direction"] == "DESC")


@dataclass(slots=True)
class Objects:
    """Builds the objects that one caller may see."""

    call: Call
    points: int
    nodes: int

    @property
    def url(self) -> str:
        """The base address."""
        return self.call.hub.url

    def readable(self, full_name: str) -> Repository:
        """A repository that the caller may read. Raises NOT_FOUND, as GitHub does for what it hides."""
        found = self.call.hub.state.repository(full_name)
        if found is None or not self.call.credential.sees(found):
            raise not_found("a Repository", f"name '{full_name}'")
        return found

    def user(self, user: User | None) -> Node | None:
        """An account. A bot's login has no `[bot]` here."""
        if user is None:
            return None
        return {
            "__typename": user.type,
            "id": user.node_id,
            "databaseId": user.id,
            "login": user.login,
            "name": user.name,
            "email": user.email,
            "url": f"{self.url}/{user.login}",
            "avatarUrl": f"{self.url}/-/avatars/{user.id}",
        }

    def repository(self, one: Repository) -> Node:
        """A repository."""
        return {
            "__typename": "Repository",
            "id": one.node_id,
            "databaseId": one.id,
            "name": one.name,
            "nameWithOwner": one.full_name,
            "owner": self.user(one.owner),
            "url": f"{self.url}/{one.full_name}",
            "isFork": one.parent is not None,
            "isArchived": one.archived,
            "isPrivate": one.private,
            "isEmpty": one.head() is None,
            "isDisabled": False,
            "isLocked": False,
            "visibility": "PRIVATE" if one.private else "PUBLIC",
            "createdAt": iso(one.created_at),
            "updatedAt": iso(one.pushed_at),
            "pushedAt": iso(one.pushed_at),
            "parent": lambda _i: None if one.parent is None else self.repository(one.parent),
            "viewerPermission": "READ",
            "defaultBranchRef": lambda _i: self.ref(one, f"refs/heads/{one.default_branch}"),
            "object": lambda _i, **a: self.object(one, a.get("oid") or a.get("expression") or ""),
            "ref": lambda _i, **a: self.ref(one, a["qualifiedName"]),
            "refs": lambda _i, **a: self.refs(one, a),
            "issue": lambda _i, **a: self._issue_number(one, a["number"]),
            "issues": lambda _i, **a: self.issues(one, a),
            "pullRequest": lambda _i, **a: self._pull_number(one, a["number"]),
            "pullRequests": lambda _i, **a: self.pulls(list(one.pulls.values()), a),
            "issueOrPullRequest": lambda _i, **a: self._either(one, a["number"]),
            "labels": lambda _i, **a: connection(list(one.labels), a, lambda name: self.label(one, name)),
        }

    def _issue_number(self, one: Repository, number: int) -> Node:
        if number not in one.issues or number in one.pulls:
            raise not_found("an Issue", f"number of {number}")
        return self.issue(one, one.issues[number])

    def _pull_number(self, one: Repository, number: int) -> Node:
        if number not in one.pulls:
            raise not_found("a PullRequest", f"number of {number}")
        return self.pull(one.pulls[number])

    def _either(self, one: Repository, number: int) -> Node:
        if number not in one.issues:
            raise not_found("an issue or pull request", f"number of {number}")
        return self._pull_number(one, number) if number in one.pulls else self._issue_number(one, number)

    def ref(self, one: Repository, name: str) -> Node | None:
        """A ref by its full name, or a branch by its short one."""
        full = name if name.startswith("refs/") else f"refs/heads/{name}"
        sha = one.refs.get(full)
        if sha is None:
            return None
        prefix = "refs/" + full.split("/")[1] + "/"
        short = full.removeprefix(prefix)
        return {
            "id": f"REF_{base64.urlsafe_b64encode(f'{one.id}:{full}'.encode()).decode()}",
            "name": short,
            "prefix": prefix,
            "repository": lambda _i: self.repository(one),
            "target": lambda _i: self.object(one, sha),
            "associatedPullRequests": lambda _i, **a: self.pulls(
                [pull for pull in one.pulls.values() if pull.head is one and pull.head_ref == short], a
            ),
            "compare": lambda _i, **a: self.comparison(one, sha, a["headRef"]),
        }

    def refs(self, one: Repository, arguments: dict[str, Any]) -> Node:
        """Refs under a prefix, whose names contain `query`."""
        prefix, query = arguments["refPrefix"], arguments.get("query") or ""
        names = sorted(
            name for name in one.refs if name.startswith(prefix) and query.lower() in name[len(prefix) :].lower()
        )
        backwards = arguments.get("direction") == "DESC" or (arguments.get("orderBy") or {}).get("direction") == "DESC"
        return connection(names[::-1] if backwards else names, arguments, lambda name: self.ref(one, name) or {})

    def comparison(self, one: Repository, base_sha: str, head_ref: str) -> Node | None:
        """Two commits compared."""
        head_sha = one.branch(head_ref) or one.refs.get(head_ref) or head_ref
        base, head = one.git.commit(base_sha), one.git.commit(head_sha)
        if base is None or head is None:
            return None
        ahead = one.git.log(head.oid, f"^{base.oid}")[::-1]
        behind = len(one.git.log(base.oid, f"^{head.oid}"))
        status = "DIVERGED" if ahead and behind else "AHEAD" if ahead else "BEHIND" if behind else "IDENTICAL"
        return {
            "id": f"CMP_{base.oid[:10]}{head.oid[:10]}",
            "aheadBy": len(ahead),
            "behindBy": behind,
            "status": status,
            "baseTarget": self.commit(one, base),
            "headTarget": self.commit(one, head),
            "commits": lambda _i, **a: connection(ahead, a, lambda commit: self.commit(one, commit)),
        }

    def object(self, one: Repository, expression: str) -> Node | None:
        """What a revision names: a blob, a tree, a commit, a tag; None when it names nothing."""
        revision, colon, path = expression.partition(":")
        if revision in one.refs or f"refs/heads/{revision}" in one.refs:
            revision = one.refs.get(revision) or one.refs[f"refs/heads/{revision}"]
        found = one.git.read(f"{revision}{colon}{path}") if revision else None
        if found is None:
            return None
        common = {
            "id": f"{found.kind.title()}_{found.oid}",
            "oid": found.oid,
            "abbreviatedOid": found.oid[:7],
            "repository": lambda _i: self.repository(one),
        }
        if found.kind == "commit":
            commit = one.git.commit(found.oid)
            return None if commit is None else self.commit(one, commit)
        if found.kind == "tree":
            entries = lambda _i: [self.entry(one, line, path) for line in one.git.entries(found.oid)]  # noqa: E731 -- a field
            return common | {"__typename": "Tree", "entries": entries}
        if found.kind == "blob":
            return common | {"__typename": "Blob"} | blob(found.content)
        return common | {
            "__typename": "Tag",
            "name": revision,
            "target": lambda _i: self.object(one, f"{found.oid}^{{}}"),
        }

    def entry(self, one: Repository, line: TreeEntry, folder: str) -> Node:
        """A line of a tree; its mode is a decimal number, as GitHub gives it."""
        path = f"{folder.rstrip('/')}/{line.name}".lstrip("/")

        def size(_info: Any) -> int:
            found = one.git.read(line.oid) if line.kind == "blob" else None
            return 0 if found is None else len(found.content)

        def inner(_info: Any) -> Node | None:
            found = self.object(one, line.oid) if line.kind != "commit" else None
            if found is not None and found["__typename"] == "Tree":
                found["entries"] = lambda _i: [self.entry(one, inside, path) for inside in one.git.entries(line.oid)]
            return found

        return {
            "name": line.name,
            "path": path,
            "mode": int(line.mode, 8),
            "type": line.kind,
            "oid": line.oid,
            "object": inner,
            "size": size,
        }

    def commit(self, one: Repository, commit: Commit) -> Node:
        """A commit."""
        headline, _, rest = commit.message.partition("\n")
        return {
            "__typename": "Commit",
            "id": f"C_{commit.oid}",
            "oid": commit.oid,
            "abbreviatedOid": commit.oid[:7],
            "repository": lambda _i: self.repository(one),
            "url": f"{self.url}/{one.full_name}/commit/{commit.oid}",
            "tree": lambda _i: self.object(one, commit.tree),
            "message": commit.message,
            "messageHeadline": headline,
            "messageBody": rest.strip("\n"),
            "authoredDate": iso(commit.author.when),
            "committedDate": iso(commit.committer.when),
            "author": self.actor(commit.author),
            "committer": self.actor(commit.committer),
            "file": lambda _i, **a: self._file(one, commit, a["path"]),
            "parents": lambda _i, **a: connection(
                [parent for sha in commit.parents if (parent := one.git.commit(sha))], a, lambda p: self.commit(one, p)
            ),
            "history": lambda _i, **a: connection(
                one.git.log(commit.oid, path=a.get("path")), a, lambda c: self.commit(one, c)
            ),
            "checkSuites": lambda _i, **a: self.suites(one, commit.oid, a),
            "associatedPullRequests": lambda _i, **a: self.pulls(
                [pull for pull in one.pulls.values() if commit.oid in {pull.head_sha, pull.merge_sha}], a
            ),
            "changedFilesIfAvailable": lambda _i: len(_changes(one, commit)),
            "additions": lambda _i: sum(change.additions for change in _changes(one, commit)),
            "deletions": lambda _i: sum(change.deletions for change in _changes(one, commit)),
        }

    def _file(self, one: Repository, commit: Commit, path: str) -> Node | None:
        folder, _, name = path.strip("/").rpartition("/")
        tree = one.git.read(f"{commit.oid}:{folder}")
        lines = one.git.entries(tree.oid) if tree is not None else ()
        return next((self.entry(one, line, folder) for line in lines if line.name == name), None)

    def actor(self, who: Signature) -> Node:
        """An author as git knows one."""
        user = account(self.call.hub, who)
        return {"name": who.name, "email": who.email, "date": iso(who.when), "user": user and self.user(user)}

    def suites(self, one: Repository, sha: str, arguments: dict[str, Any]) -> Node:
        """The check suites of a commit."""
        self._need("checks")
        wanted = arguments.get("filterBy") or {}
        found = one.suites_of(sha)
        if wanted.get("appId") is not None:
            found = [suite for suite in found if suite.app.id == wanted["appId"]]
        if wanted.get("checkName"):
            found = [
                s for s in found if any(run.suite is s and run.name == wanted["checkName"] for run in one.runs_of(sha))
            ]
        return connection(found, arguments, lambda suite: self.suite(one, suite))

    def _need(self, permission: str) -> None:
        token = self.call.credential.token
        if token is not None and permission not in token.permissions:
            message = "Resource not accessible by integration"
            raise GraphQLError(message, extensions={"type": "FORBIDDEN"})

    def suite(self, one: Repository, suite: CheckSuite) -> Node:
        """A check suite."""
        return {
            "id": node_id("CS", suite.id),
            "databaseId": suite.id,
            "app": {
                "id": suite.app.node_id,
                "databaseId": suite.app.id,
                "slug": suite.app.slug,
                "name": suite.app.name,
            },
            "status": suite.status.upper(),
            "conclusion": suite.conclusion and suite.conclusion.upper(),
            "createdAt": iso(suite.created_at),
            "updatedAt": iso(suite.updated_at),
            "branch": lambda _i: self.ref(one, f"refs/heads/{suite.head_branch}"),
            "commit": lambda _i: self.object(one, suite.head_sha),
            "checkRuns": lambda _i, **a: self.runs(one, suite, a),
        }

    def runs(self, one: Repository, suite: CheckSuite, arguments: dict[str, Any]) -> Node:
        """A suite's runs; by default the latest of each name, newest first."""
        wanted = arguments.get("filterBy") or {}
        found = [run for run in one.runs_of(suite.head_sha) if run.suite is suite]
        if (wanted.get("checkType") or "LATEST") == "LATEST":
            latest: dict[str, CheckRun] = {}
            for run in found:
                latest.setdefault(run.name, run)
            found = list(latest.values())
        if wanted.get("checkName"):
            found = [run for run in found if run.name == wanted["checkName"]]
        if wanted.get("appId") is not None:
            found = [run for run in found if run.suite.app.id == wanted["appId"]]
        return connection(found, arguments, lambda run: self.run(one, run))

    def run(self, one: Repository, run: CheckRun) -> Node:
        """A check run."""
        return {
            "__typename": "CheckRun",
            "id": node_id("CR", run.id),
            "databaseId": run.id,
            "name": run.name,
            "status": run.status.upper(),
            "conclusion": run.conclusion and run.conclusion.upper(),
            "externalId": run.external_id,
            "title": run.title,
            "summary": run.summary,
            "text": run.text,
            "detailsUrl": run.details_url,
            "url": f"{self.url}/{one.full_name}/runs/{run.id}",
            "startedAt": stamp(run.started_at),
            "completedAt": stamp(run.completed_at),
            "checkSuite": lambda _i: self.suite(one, run.suite),
            "annotations": lambda _i, **a: connection(run.annotations, a, _annotation),
        }

    def label(self, one: Repository, name: str) -> Node:
        """A label."""
        shape = self.call.hub.shapes.label(one, name)
        return {"id": shape["node_id"], "name": name, "color": shape["color"]}

    def _talk(self, one: Repository, issue: Issue, subject: str) -> Node:
        return {
            "id": subject,
            "number": issue.number,
            "title": issue.title,
            "body": issue.body,
            "author": self.user(issue.user),
            "createdAt": iso(issue.created_at),
            "updatedAt": iso(issue.updated_at),
            "closedAt": None if issue.closed_at is None else iso(issue.closed_at),
            "closed": issue.state == "closed",
            "locked": issue.locked,
            "repository": lambda _i: self.repository(one),
            "viewerDidAuthor": issue.user is self.call.credential.actor,
            "labels": lambda _i, **a: connection(issue.labels, a, lambda name: self.label(one, name)),
            "comments": lambda _i, **a: connection(
                _ordered(
                    [c for c in one.comments.values() if c.issue is issue], a, {"UPDATED_AT": lambda c: c.updated_at}
                ),
                a,
                lambda comment: self.comment(one, comment),
            ),
            "reactionGroups": lambda _i: self.groups(subject),
        }

    def issue(self, one: Repository, issue: Issue) -> Node:
        """An issue."""
        return self._talk(one, issue, node_id("I", issue.id)) | {
            "__typename": "Issue",
            "databaseId": issue.id,
            "fullDatabaseId": str(issue.id),
            "state": issue.state.upper(),
            "url": f"{self.url}/{one.full_name}/issues/{issue.number}",
        }

    def issues(self, one: Repository, arguments: dict[str, Any]) -> Node:
        """A repository's issues."""
        states = arguments.get("states")
        found = [
            i for i in one.issues.values() if i.number not in one.pulls and (not states or i.state.upper() in states)
        ]
        keys: dict[str, Callable[[Any], Any]] = {"UPDATED_AT": lambda i: i.updated_at}
        return connection(_ordered(found, arguments, keys), arguments, lambda issue: self.issue(one, issue))

    def pulls(self, pulls: list[PullRequest], arguments: dict[str, Any]) -> Node:
        """Pull requests, filtered and ordered as asked."""
        self._need("pull_requests")
        states, head, base = arguments.get("states"), arguments.get("headRefName"), arguments.get("baseRefName")
        found = [one for one in pulls if not states or pull_state(one) in states]
        found = [one for one in found if head in {None, one.head_ref} and base in {None, one.base_ref}]
        keys: dict[str, Callable[[Any], Any]] = {"UPDATED_AT": lambda p: p.issue.updated_at}
        return connection(_ordered(found, arguments, keys), arguments, self.pull)

    def pull(self, one: PullRequest) -> Node:
        """A pull request."""
        self._need("pull_requests")
        repository = one.base
        files = lambda: pull_files(one)  # noqa: E731 -- the diff is made only when a field needs it
        return self._talk(repository, one.issue, node_id("PR", one.id)) | {
            "__typename": "PullRequest",
            "databaseId": one.id,
            "fullDatabaseId": str(one.id),
            "url": f"{self.url}/{repository.full_name}/pull/{one.number}",
            "state": pull_state(one),
            "isDraft": one.draft,
            "merged": one.merged_at is not None,
            "mergedAt": None if one.merged_at is None else iso(one.merged_at),
            "mergedBy": self.user(one.merged_by),
            "mergeCommit": lambda _i: None if one.merge_sha is None else self.object(repository, one.merge_sha),
            "mergeable": lambda _i: mergeable(one),
            "mergeStateStatus": lambda _i: {"MERGEABLE": "CLEAN", "CONFLICTING": "DIRTY"}.get(
                mergeable(one), "UNKNOWN"
            ),
            "isInMergeQueue": False,
            "isCrossRepository": one.head is not repository,
            "headRefName": one.head_ref,
            "headRefOid": one.head_sha,
            "headRef": lambda _i: None if one.head is None else self.ref(one.head, f"refs/heads/{one.head_ref}"),
            "headRepository": lambda _i: None if one.head is None else self.repository(one.head),
            "headRepositoryOwner": lambda _i: None if one.head is None else self.user(one.head.owner),
            "baseRefName": one.base_ref,
            "baseRefOid": one.base_sha,
            "baseRef": lambda _i: self.ref(repository, f"refs/heads/{one.base_ref}"),
            "baseRepository": lambda _i: self.repository(repository),
            "files": lambda _i, **a: connection(files(), a, _changed_file),
            "changedFiles": lambda _i: len(files()),
            "additions": lambda _i: sum(change.additions for change in files()),
            "deletions": lambda _i: sum(change.deletions for change in files()),
            "commits": lambda _i, **a: connection(
                pull_commits(one), a, lambda c: {"id": f"PRC_{c.oid}", "commit": self.commit(repository, c)}
            ),
            "reviews": lambda _i, **a: connection(
                [review for review in repository.reviews.values() if review.pull is one], a, self.review
            ),
        }

    def review(self, one: Review) -> Node:
        """A review."""
        html = f"{self.url}/{one.pull.base.full_name}/pull/{one.pull.number}#pullrequestreview-{one.id}"
        return {
            "id": node_id("PRR", one.id),
            "databaseId": one.id,
            "fullDatabaseId": str(one.id),
            "author": self.user(one.user),
            "state": one.state.upper(),
            "body": one.body,
            "submittedAt": iso(one.submitted_at),
            "createdAt": iso(one.submitted_at),
            "url": html,
            "viewerDidAuthor": one.user is self.call.credential.actor,
        }

    def comment(self, repository: Repository, one: Comment) -> Node:
        """A comment."""
        pull = repository.pulls.get(one.issue.number)
        subject = node_id("IC", one.id)
        mine = one.user is self.call.credential.actor
        return {
            "__typename": "IssueComment",
            "id": subject,
            "databaseId": one.id,
            "fullDatabaseId": str(one.id),
            "author": self.user(one.user),
            "body": one.body,
            "createdAt": iso(one.created_at),
            "updatedAt": iso(one.updated_at),
            "lastEditedAt": None if one.updated_at == one.created_at else iso(one.updated_at),
            "isMinimized": one.minimized is not None,
            "minimizedReason": one.minimized,
            "viewerDidAuthor": mine,
            "viewerCanUpdate": mine,
            "url": self.call.hub.shapes.comment(repository, one, {})["html_url"],
            "repository": lambda _i: self.repository(repository),
            "issue": lambda _i: self.issue(repository, one.issue),
            "pullRequest": lambda _i: None if pull is None else self.pull(pull),
            "reactionGroups": lambda _i: self.groups(subject),
            "reactions": lambda _i, **a: connection(
                [r for r in self.call.hub.state.reactions.values() if r.subject == subject], a, self.reaction
            ),
        }

    def reaction(self, one: Reaction) -> Node:
        """A reaction."""
        user = self.user(one.user) if one.user.type == "User" else None
        return {"id": node_id("REA", one.id), "databaseId": one.id, "content": REACTIONS[one.content], "user": user}

    def groups(self, subject: str) -> list[Node]:
        """Reactions by content."""
        standing = [one for one in self.call.hub.state.reactions.values() if one.subject == subject]
        return [
            {
                "content": word,
                "viewerHasReacted": any(
                    one.content == content and one.user is self.call.credential.actor for one in standing
                ),
                "reactors": lambda _i, content=content, **a: connection(
                    [one for one in standing if one.content == content], a, self.reaction
                ),
            }
            for content, word in REACTIONS.items()
        ]

    def node(self, identifier: str) -> Node | None:
        """Whatever has a global id."""
        found = number_of(identifier)
        makers: dict[str, Callable[[Repository, int], Node | None]] = {
            "R": lambda one, number: self.repository(one) if one.id == number else None,
            "PR": lambda one, number: next((self.pull(p) for p in one.pulls.values() if p.id == number), None),
            "I": lambda one, number: next((self.issue(one, i) for i in one.issues.values() if i.id == number), None),
            "IC": lambda one, number: self.comment(one, one.comments[number]) if number in one.comments else None,
            "CR": lambda one, number: self.run(one, one.runs[number]) if number in one.runs else None,
            "CS": lambda one, number: self.suite(one, one.suites[number]) if number in one.suites else None,
        }
        if found is not None and found[0] in makers:
            for one in self.call.hub.state.repositories.values():
                node = makers[found[0]](one, found[1]) if self.call.credential.sees(one) else None
                if node is not None:
                    return node
        raise not_found("a node", f"global id of '{identifier[:100]}'")


def root(objects: Objects) -> Node:
    """`Query`."""
    call = objects.call
    limit = call.hub.limits.show(call.credential, "graphql")
    return {
        "repository": lambda _i, **a: objects.repository(objects.readable(f"{a['owner']}/{a['name']}")),
        "node": lambda _i, **a: objects.node(a["id"]),
        "nodes": lambda _i, **a: [objects.node(one) for one in a["ids"]],
        "viewer": lambda _i: objects.user(call.credential.actor),
        "rateLimit": {
            "cost": objects.points,
            "nodeCount": objects.nodes,
            "limit": limit["limit"],
            "used": limit["used"],
            "remaining": limit["remaining"],
            "resetAt": iso(limit["reset"]),
        },
    }


def blob(content: bytes) -> Node:
    """A blob's text: null when binary, cut off at 512,000 bytes."""
    binary = b"\0" in content[:_BINARY_LOOK]
    text = None if binary else content[:TRUNCATED].decode("utf-8", "replace")
    return {"byteSize": len(content), "isBinary": binary, "isTruncated": len(content) > TRUNCATED, "text": text}


def pull_state(one: PullRequest) -> str:
    """`OPEN`, `CLOSED` or `MERGED`."""
    return "MERGED" if one.merged_at is not None else one.issue.state.upper()


def mergeable(one: PullRequest) -> str:
    """`MERGEABLE`, `CONFLICTING`, or `UNKNOWN` once it is closed or while a test says that GitHub still computes."""
    if not one.open or one.mergeable_unknown:
        return "UNKNOWN"
    tip = one.base.branch(one.base_ref) or one.base_sha
    return "CONFLICTING" if one.base.git.merge(tip, one.head_sha) is None else "MERGEABLE"


def _changes(one: Repository, commit: Commit) -> Sequence[FileChange]:
    return one.git.diff(commit.parents[0], commit.oid) if commit.parents else ()


def _changed_file(one: FileChange) -> Node:
    kind = _CHANGES.get(one.status, one.status.upper())
    return {"path": one.path, "changeType": kind, "additions": one.additions, "deletions": one.deletions}


def _annotation(one: dict[str, Any]) -> Node:
    return {
        "path": one["path"],
        "annotationLevel": one["annotation_level"].upper(),
        "message": one["message"],
        "title": one.get("title"),
        "rawDetails": one.get("raw_details"),
        "location": {
            "start": {"line": one["start_line"], "column": one.get("start_column")},
            "end": {"line": one["end_line"], "column": one.get("end_column")},
        },
    }
