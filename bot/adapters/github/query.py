"""Build the GraphQL queries: a read request becomes the text of a query and its variables.

The text has no foreign words: aliases and fragments are ours, and everything else is a variable. Trees are read through
the commit (`Commit.file`), so that everything from one branch belongs to one commit.

Every list has a limit of at most 100, and the repository query costs one point:
https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.core.forge.facts import MAX_LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.forge.facts import ReadRequest

FILES_A_PAGE = 100
COMMENTS_A_PAGE = 50
COMMITS_A_PAGE = 100

_NAME = "name mode type size"
_HASHED = f"{_NAME} oid"
"""The ids of all entries give the id of their tree, by which `completeness` tells a complete list."""


def _entries(levels: int, texts: int = 0, names: str = _HASHED) -> str:
    """Return the selection of a tree's entries, `levels` deep, with the texts of files in the first `texts` levels."""
    inside = ["...blob"] if texts > 0 else []
    inside += [f"...on Tree{{{_entries(levels - 1, texts - 1, names)}}}"] if levels > 1 else []
    return f"entries{{{names} object{{{' '.join(inside)}}}}}" if inside else f"entries{{{names}}}"


BLOB = "fragment blob on Blob{oid byteSize isBinary isTruncated text}"
NAMES = f"fragment names on TreeEntry{{oid mode type object{{...on Tree{{{_entries(1)}}}}}}}"
MARK = "fragment mark on TreeEntry{oid}"
TEXT = "fragment text on TreeEntry{mode type size object{oid ...blob}}"
FOLDER = f"fragment folder on TreeEntry{{oid mode type object{{oid ...on Tree{{{_entries(5, 2)}}}}}}}"
"""Texts two levels deep; names five levels deep, as deep as a contract may lie."""
OUTLINE = f" outline:tree{{{_entries(3, names=_NAME)}}}"
FILES = "pageInfo{hasNextPage endCursor} nodes{path changeType}"
COMMENTS = "pageInfo{hasNextPage endCursor} nodes{id fullDatabaseId viewerDidAuthor isMinimized url body}"


def _below(levels: int) -> str:
    """Return the selection of the pull request whose head a branch is, then of the one below it, `levels` deep."""
    further = f" {_below(levels - 1)}" if levels > 1 else ""
    oldest = "states:OPEN,first:1,orderBy:{field:CREATED_AT,direction:ASC}"
    return f"below:associatedPullRequests({oldest}){{totalCount nodes{{number baseRefName baseRef{{id{further}}}}}}}"


PULL = """id number title url state isDraft createdAt author{login} headRefName headRefOid headRepository{nameWithOwner}
  baseRefName baseRefOid baseRef{target{oid ...base}%s}"""
CHAIN = f" {_below(MAX_LAYERS)}"
NEWEST_FIRST = "orderBy:{field:UPDATED_AT,direction:DESC}"
NEWEST = f"first:100,{NEWEST_FIRST}"
RUNS = """tree{oid} checkSuites(first:5,filterBy:{appId:$app}){nodes{checkRuns(first:20,filterBy:{checkType:LATEST})
  {nodes{databaseId name status conclusion externalId url}}}}"""


@dataclass(frozen=True, slots=True)
class Query:
    """A GraphQL query with its variables."""

    text: str
    variables: dict[str, Any]


class _QueryBuilder:
    """Collects the fields of a repository query, and its variables with their types.

    Each path gets an alias, and a variable of the same name.
    """

    def __init__(self, owner: str, name: str) -> None:
        self._variables: dict[str, Any] = {}
        self._types: dict[str, str] = {}
        self._parts: list[str] = []
        self.declare("owner", owner)
        self.declare("name", name)

    def declare(self, variable: str, value: Any, kind: str = "String!") -> None:
        """Declare a variable with its value and its GraphQL type."""
        self._variables[variable], self._types[variable] = value, kind

    def fields(self, letter: str, paths: Iterable[str], fragment: str) -> str:
        """Return the selection of these paths at a commit, and declare their variables."""
        parts = []
        for index, path in enumerate(paths):
            alias = f"{letter}{index}"
            if path:
                self.declare(alias, path)
                parts.append(f"{alias}:file(path:${alias}){{...{fragment}}}")
            else:
                parts.append(f"{alias}:tree{{oid {_entries(1)}}}")
        return " ".join(parts)

    def select(self, part: str) -> None:
        """Add fields to the selection on the repository."""
        self._parts.append(part)

    def query(self, fragments: dict[str, str]) -> Query:
        """Return the query. Each fragment must come after the fragments that use it."""
        body = _with_fragments(f"repository(owner:$owner,name:$name){{{' '.join(self._parts)}}}}}", fragments)
        # GraphQL rejects an unused variable, such as one of a fragment that was left out.
        used = set(re.findall(r"\$(\w+)", body))
        declared = ",".join(f"${alias}:{kind}" for alias, kind in self._types.items() if alias in used)
        text = f"query Look({declared}){{rateLimit{{cost remaining resetAt}} {body}"
        return Query(text, {alias: value for alias, value in self._variables.items() if alias in used})


def folders_above(request: ReadRequest) -> tuple[str, ...]:
    """Return the folders that a comparison is checked against: the root, and the folders above the specs roots.

    Nothing for a read about a pull request, whose files GitHub counts.
    """
    if request.number is not None or (request.head is None and request.before is None):
        return ()
    parts = (root.split("/")[:-1] for root in request.roots)
    above = ("/".join(names[:depth]) for names in parts for depth in range(1, len(names) + 1))
    return tuple(dict.fromkeys(("", *above)))


def repository_query(request: ReadRequest, owner: str, name: str, app: int) -> Query:
    """Return the query for a read request.

    `reading` finds the fields by these aliases: `a0` folders above the roots, `r0` roots, `b0` roots at the bases, `m0`
    marks, `f0` folders, `d0` documents at the bases, `h0` documents at the head, `c0` documents at the default branch,
    `s0` stack bases, `n0` branches with a requested number.
    """
    builder = _QueryBuilder(owner, name)
    above = builder.fields("a", folders_above(request), "names")
    roots = builder.fields("r", request.roots, "names")
    base_roots = builder.fields("b", request.base_roots, "names")
    marks = builder.fields("m", request.marks, "mark")
    folders = builder.fields("f", request.folders, "folder")
    documents = builder.fields("d", request.documents, "text")
    at_default = builder.fields("c", request.default_documents, "text")
    builder.select("databaseId nameWithOwner isArchived isPrivate")
    from_default = " ...base" if request.from_default else ""
    builder.select(
        f"defaultBranchRef{{name target{{oid ...on Commit{{oid {at_default} {above} {roots}}}{from_default}}}}}"
    )
    _select_pull_requests(builder, request)
    if request.head is not None:
        builder.declare("app", app, "Int!")
        _select_head(builder, request, request.head, f"{above} {roots} {folders} {marks}")
    if request.before is not None:
        builder.declare("before", request.before, "GitObjectID!")
        builder.select(f"before:object(oid:$before){{...on Commit{{oid {above} ...base}}}}")
    _select_other_branches(builder, request, roots)
    return builder.query(
        {
            "pull": f"fragment pull on PullRequest{{{PULL % (CHAIN if request.chains else '')}}}",
            "base": f"fragment base on Commit{{oid {roots} {base_roots} {marks} {folders} {documents}}}",
            "names": NAMES,
            "mark": MARK,
            "text": TEXT,
            "folder": FOLDER,
            "blob": BLOB,
        }
    )


def _select_other_branches(builder: _QueryBuilder, request: ReadRequest, roots: str) -> None:
    for index, branch in enumerate(request.stack_bases):
        builder.declare(f"s{index}", f"refs/heads/{branch}")
        builder.select(f"s{index}:ref(qualifiedName:$s{index}){{target{{oid ...base}}}}")
    for index, prefix in enumerate(request.prefixes):
        builder.declare(f"n{index}", prefix)
        builder.select(_branches(f"n{index}", roots))


def _pull(request: ReadRequest) -> str:
    files = f" changedFiles files(first:{FILES_A_PAGE}){{{FILES}}}" if request.changes else ""
    comments = f" comments(first:{COMMENTS_A_PAGE}){{{COMMENTS}}}" if request.comments else ""
    return f"...pull{files}{comments}"


def _select_head(builder: _QueryBuilder, request: ReadRequest, head: str, fields: str) -> None:
    builder.declare("head", head, "GitObjectID!")
    documents = builder.fields("h", request.head_documents, "text")
    builder.select(
        f"head:object(oid:$head){{...on Commit{{oid committedDate {fields} {documents} {RUNS}"
        f"{' ...base' if request.before else ''}{OUTLINE if request.outline else ''} "
        f"associatedPullRequests(first:10){{totalCount nodes{{{_pull(request)}}}}}}}}}"
    )


def _select_pull_requests(builder: _QueryBuilder, request: ReadRequest) -> None:
    """Select the pull request with the number, those from the branch, and the numbers of those onto the branch."""
    if request.number is not None:
        builder.declare("number", request.number, "Int!")
        builder.select(f"pullRequest(number:$number){{{_pull(request)}}}")
    if request.branch is not None:
        builder.declare("branch", request.branch)
        if request.number is None:
            from_branch = "headRefName:$branch,states:OPEN,first:10"
            builder.select(f"ofBranch:pullRequests({from_branch}){{totalCount nodes{{{_pull(request)}}}}}")
        builder.declare("tip", f"refs/heads/{request.branch}")
        builder.select("tip:ref(qualifiedName:$tip){target{oid}}")
    onto = request.branch or request.above
    if request.everyone or onto:
        builder.declare("onto", onto)
        onto_branch = "" if request.everyone else "baseRefName:$onto,"
        builder.select(f"based:pullRequests({onto_branch}states:OPEN,{NEWEST}){{totalCount nodes{{number}}}}")


def _branches(alias: str, roots: str) -> str:
    """Return the selection of branches whose names contain the prefix. `reading` keeps those that begin with it."""
    return (
        f'{alias}:refs(refPrefix:"refs/heads/",query:${alias},first:20){{totalCount nodes{{name target{{oid ...on '
        f"Commit{{oid {roots}}}}} associatedPullRequests(states:OPEN,first:1){{totalCount nodes{{number url}}}}}}}}"
    )


def _with_fragments(text: str, fragments: dict[str, str]) -> str:
    """Return the query with the fragments that it uses, directly or through another. GraphQL rejects unused ones."""
    used: list[str] = []
    for name, fragment in fragments.items():
        if any(f"...{name}" in part for part in (text, *used)):
            used.append(fragment)
    return " ".join((text, *used))


def files_page_query(owner: str, name: str, number: int, after: str, size: int) -> Query:
    """Return the query for the next `size` changed files of a pull request."""
    text = (
        "query MoreFiles($owner:String!,$name:String!,$number:Int!,$after:String){rateLimit{cost remaining resetAt} "
        f"repository(owner:$owner,name:$name){{pullRequest(number:$number){{headRefOid "
        f"files(first:{size},after:$after){{{FILES}}}}}}}}}"
    )
    return Query(text, {"owner": owner, "name": name, "number": number, "after": after})


def comments_page_query(  # noqa: PLR0913, PLR0917  a page of a list
    owner: str, name: str, number: int, after: str | None, size: int, node: str | None = None
) -> Query:
    """Return the query for the next `size` comments on an issue or pull request; the first page without `after`.

    With `node` it also asks for the reactions to that text.
    """
    comments = f"comments(first:{size},after:$after){{{COMMENTS}}}"
    declared = "$owner:String!,$name:String!,$number:Int!,$after:String" + (",$node:ID!" if node else "")
    reactions = " node(id:$node){...on Reactable{reactionGroups{content viewerHasReacted}}}" if node else ""
    text = (
        f"query MoreComments({declared}){{rateLimit{{cost remaining resetAt}} "
        "repository(owner:$owner,name:$name){issueOrPullRequest(number:$number){"
        f"...on Issue{{{comments}}} ...on PullRequest{{{comments}}}}}}}{reactions}}}"
    )
    variables = {"owner": owner, "name": name, "number": number, "after": after}
    return Query(text, {**variables, **({"node": node} if node else {})})


def open_heads_query(owner: str, name: str, root: str, after: str | None, size: int) -> Query:
    """Return the query for `size` open pull requests, with the entries directly below a specs root on their heads."""
    root_tree = f"tree{{oid {_entries(1)}}}"
    entry = f"oid type object{{...on Tree{{{_entries(1)}}}}}"
    listed = f"root:file(path:$root){{{entry}}}" if root else f"root:{root_tree}"
    declared = "$owner:String!,$name:String!,$after:String" + (",$root:String!" if root else "")
    heads = f"number url headRefName headRef{{target{{...on Commit{{oid {listed}}}}}}}"
    page = f"states:OPEN,first:{size},after:$after,{NEWEST_FIRST}"
    text = (
        f"query OpenHeads({declared}){{rateLimit{{cost remaining resetAt}} repository(owner:$owner,name:$name)"
        f"{{pullRequests({page}){{pageInfo{{hasNextPage endCursor}} nodes{{{heads}}}}}}}}}"
    )
    return Query(text, {"owner": owner, "name": name, "after": after, **({"root": root} if root else {})})


def folder_history_query(owner: str, name: str, commit: str, folder: str) -> Query:
    """Return the query for the commits that changed a folder, newest first, with the pull requests of each."""
    brought = "associatedPullRequests(first:5){nodes{number baseRefName mergedAt}}"
    history = (
        f"history(path:$folder,first:{COMMITS_A_PAGE}){{pageInfo{{hasNextPage}} nodes{{committedDate {brought}}}}}"
    )
    text = (
        "query Arrival($owner:String!,$name:String!,$commit:GitObjectID!,$folder:String!){"
        "rateLimit{cost remaining resetAt} repository(owner:$owner,name:$name)"
        f"{{object(oid:$commit){{...on Commit{{oid {history}}}}}}}}}"
    )
    return Query(text, {"owner": owner, "name": name, "commit": commit, "folder": folder})


def own_reviews_query(owner: str, name: str, number: int) -> Query:
    """Return the query for the latest reviews and review threads of a pull request."""
    comment = "comments(first:1){nodes{id viewerDidAuthor isMinimized body}}"
    text = (
        "query OwnReviews($owner:String!,$name:String!,$number:Int!){rateLimit{cost remaining resetAt} "
        "repository(owner:$owner,name:$name){pullRequest(number:$number){"
        f"reviews(last:{COMMITS_A_PAGE}){{nodes{{viewerDidAuthor body}}}} "
        f"reviewThreads(last:{COMMITS_A_PAGE}){{nodes{{id isResolved isOutdated {comment}}}}}}}}}}}"
    )
    return Query(text, {"owner": owner, "name": name, "number": number})


def closing(field: str, argument: str, payload: str, nodes: Sequence[str]) -> Query:
    """Return one mutation that calls a field for each node."""
    declared = ",".join(f"$n{index}:ID!" for index in range(len(nodes)))
    calls = " ".join(f"c{index}:{field}(input:{argument.format(f'$n{index}')}){payload}" for index in range(len(nodes)))
    return Query(f"mutation Close({declared}){{{calls}}}", {f"n{index}": node for index, node in enumerate(nodes)})


RESOLVE_THREAD = ("resolveReviewThread", "{{threadId:{}}}", "{thread{isResolved}}")
HIDE_THREAD = ("minimizeComment", "{{subjectId:{},classifier:OUTDATED}}", "{minimizedComment{isMinimized}}")
MINIMIZE = (
    "mutation Minimize($id:ID!){minimizeComment(input:{subjectId:$id,classifier:RESOLVED}){"
    "minimizedComment{isMinimized}}}"
)
HIDE_OUTDATED = (
    "mutation Hide($id:ID!){minimizeComment(input:{subjectId:$id,classifier:OUTDATED}){minimizedComment{isMinimized}}}"
)
RESTORE = "mutation Restore($id:ID!){unminimizeComment(input:{subjectId:$id}){unminimizedComment{isMinimized}}}"
REACT = (
    "mutation React($id:ID!,$content:ReactionContent!){addReaction(input:{subjectId:$id,content:$content}){"
    "reaction{content}}}"
)
