"""The text of the one GraphQL read: a question becomes a query and its variables.

Only names of our own (aliases, fragments) stand in the text; every word from outside is a variable. Trees are read
through the commit (`Commit.file`), so that all that is read of a branch belongs to one commit of it.

Every list is bounded as https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
asks (`first` is at most 100), and the whole costs one point.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.forge.facts import ReadRequest

FILES_A_PAGE = 100
COMMENTS_A_PAGE = 50
COMMITS_A_PAGE = 100

_NAME = "name mode type size"


def _entries(levels: int, texts: int = 0) -> str:
    """A tree's entries so many levels deep; the first so many levels with the texts of their files."""
    inside = ["...blob"] if texts > 0 else []
    inside += [f"...on Tree{{{_entries(levels - 1, texts - 1)}}}"] if levels > 1 else []
    return f"entries{{{_NAME} object{{{' '.join(inside)}}}}}" if inside else f"entries{{{_NAME}}}"


BLOB = "fragment blob on Blob{oid byteSize isBinary isTruncated text}"
NAMES = f"fragment names on TreeEntry{{mode type object{{...on Tree{{{_entries(1)}}}}}}}"
MARK = "fragment mark on TreeEntry{oid}"
TEXT = "fragment text on TreeEntry{mode type size object{oid ...blob}}"
FOLDER = f"fragment folder on TreeEntry{{mode type object{{oid ...on Tree{{{_entries(5, 2)}}}}}}}"
"""Texts two levels deep; names as deep as a contract may lie."""
OUTLINE = f" outline:tree{{{_entries(3)}}}"
FILES = "pageInfo{hasNextPage endCursor} nodes{path changeType}"
COMMENTS = "pageInfo{hasNextPage endCursor} nodes{id fullDatabaseId viewerDidAuthor isMinimized url body}"
PULL = """id number title url state isDraft createdAt author{login} headRefName headRefOid headRepository{nameWithOwner}
  baseRefName baseRef{target{oid ...base}}"""
NEWEST_FIRST = "orderBy:{field:UPDATED_AT,direction:DESC}"
NEWEST = f"first:100,{NEWEST_FIRST}"
RUNS = """checkSuites(first:5,filterBy:{appId:$app}){nodes{checkRuns(first:20,filterBy:{checkType:LATEST}){nodes{
  databaseId name status conclusion externalId url}}}}"""


@dataclass(frozen=True, slots=True)
class Query:
    """A query ready to be sent."""

    text: str
    variables: dict[str, Any]


class _Look:
    """A look as it grows: what is asked of the repository, and the variables of it with their types.

    Only names of ours stand in the text, so that each path gets an alias and a variable of that name.
    """

    def __init__(self, owner: str, name: str) -> None:
        self._variables: dict[str, Any] = {}
        self._types: dict[str, str] = {}
        self._parts: list[str] = []
        self.give("owner", owner)
        self.give("name", name)

    def give(self, variable: str, value: Any, kind: str = "String!") -> None:
        """Set a variable."""
        self._variables[variable], self._types[variable] = value, kind

    def fields(self, letter: str, paths: Iterable[str], fragment: str) -> str:
        """The fields of these paths at a commit."""
        parts = []
        for index, path in enumerate(paths):
            alias = f"{letter}{index}"
            if path:
                self.give(alias, path)
                parts.append(f"{alias}:file(path:${alias}){{...{fragment}}}")
            else:
                parts.append(f"{alias}:tree{{{_entries(1)}}}")
        return " ".join(parts)

    def ask(self, part: str) -> None:
        """Ask for one thing more of the repository."""
        self._parts.append(part)

    def query(self, fragments: dict[str, str]) -> Query:
        """All of it. A fragment comes after those that use it."""
        body = _with_fragments(f"repository(owner:$owner,name:$name){{{' '.join(self._parts)}}}}}", fragments)
        # GraphQL refuses a variable that is declared and not used, as those of a fragment that was left out would be.
        used = set(re.findall(r"\$(\w+)", body))
        declared = ",".join(f"${alias}:{kind}" for alias, kind in self._types.items() if alias in used)
        text = f"query Look({declared}){{rateLimit{{cost remaining resetAt}} {body}"
        return Query(text, {alias: value for alias, value in self._variables.items() if alias in used})


def look(question: ReadRequest, owner: str, name: str, app: int) -> Query:
    """The query of a question.

    Aliases, by which `github_reading` reads the answer: `r0` roots, `b0` roots at the bases, `m0` marks, `f0`
    folders, `d0` documents at the bases, `h0` at the head, `c0` at the default branch, `n0` branches with an asked
    number.
    """
    asked = _Look(owner, name)
    roots = asked.fields("r", question.roots, "names")
    base_roots = asked.fields("b", question.base_roots, "names")
    marks = asked.fields("m", question.marks, "mark")
    folders = asked.fields("f", question.folders, "folder")
    documents = asked.fields("d", question.documents, "text")
    at_default = asked.fields("c", question.default_documents, "text")
    asked.ask("databaseId nameWithOwner isArchived isPrivate")
    from_default = " ...base" if question.from_default else ""
    asked.ask(f"defaultBranchRef{{name target{{oid ...on Commit{{oid {at_default} {roots}}}{from_default}}}}}")
    _ask_for_pull_requests(asked, question)
    if question.head is not None:
        asked.give("head", question.head, "GitObjectID!")
        asked.give("app", app, "Int!")
        at_head = f"{roots} {folders} {marks} {asked.fields('h', question.head_documents, 'text')}"
        asked.ask(
            f"head:object(oid:$head){{...on Commit{{oid committedDate {at_head} {RUNS}"
            f"{' ...base' if question.before else ''}{OUTLINE if question.outline else ''} "
            f"associatedPullRequests(first:10){{nodes{{{_pull(question)}}}}}}}}}"
        )
    if question.before is not None:
        asked.give("before", question.before, "GitObjectID!")
        asked.ask("before:object(oid:$before){...on Commit{oid ...base}}")
    for index, prefix in enumerate(question.prefixes):
        asked.give(f"n{index}", prefix)
        asked.ask(_branches(f"n{index}", roots))
    return asked.query(
        {
            "pull": f"fragment pull on PullRequest{{{PULL}}}",
            "base": f"fragment base on Commit{{oid {roots} {base_roots} {marks} {folders} {documents}}}",
            "names": NAMES,
            "mark": MARK,
            "text": TEXT,
            "folder": FOLDER,
            "blob": BLOB,
        }
    )


def _pull(question: ReadRequest) -> str:
    files = f" changedFiles files(first:{FILES_A_PAGE}){{{FILES}}}" if question.changes else ""
    comments = f" comments(first:{COMMENTS_A_PAGE}){{{COMMENTS}}}" if question.comments else ""
    return f"...pull{files}{comments}"


def _ask_for_pull_requests(asked: _Look, question: ReadRequest) -> None:
    """The pull request of the asked number, those of the asked branch, and which have it as their base."""
    if question.number is not None:
        asked.give("number", question.number, "Int!")
        asked.ask(f"pullRequest(number:$number){{{_pull(question)}}}")
    if question.branch is not None:
        asked.give("branch", question.branch)
        if question.number is None:
            of_branch = "headRefName:$branch,states:OPEN,first:10"
            asked.ask(f"ofBranch:pullRequests({of_branch}){{nodes{{{_pull(question)}}}}}")
        asked.give("tip", f"refs/heads/{question.branch}")
        asked.ask("tip:ref(qualifiedName:$tip){target{oid}}")
    if question.everyone or question.branch is not None:
        to_it = "" if question.everyone else "baseRefName:$branch,"
        asked.ask(f"based:pullRequests({to_it}states:OPEN,{NEWEST}){{nodes{{number}}}}")


def _branches(alias: str, roots: str) -> str:
    """Open branches whose names hold the prefix; GitHub matches it anywhere, so the reader filters again."""
    return (
        f'{alias}:refs(refPrefix:"refs/heads/",query:${alias},first:20){{nodes{{name target{{oid ...on Commit{{oid '
        f"{roots}}}}} associatedPullRequests(states:OPEN,first:1){{nodes{{number url}}}}}}}}"
    )


def _with_fragments(text: str, fragments: dict[str, str]) -> str:
    """The query with those fragments that it uses, directly or through another: GraphQL refuses it with others."""
    used: list[str] = []
    for name, fragment in fragments.items():
        if any(f"...{name}" in part for part in (text, *used)):
            used.append(fragment)
    return " ".join((text, *used))


def more_files(owner: str, name: str, number: int, after: str, size: int) -> Query:
    """The next page of a pull request's changed files, with so many of them."""
    text = (
        "query MoreFiles($owner:String!,$name:String!,$number:Int!,$after:String){rateLimit{cost remaining resetAt} "
        f"repository(owner:$owner,name:$name){{pullRequest(number:$number){{headRefOid "
        f"files(first:{size},after:$after){{{FILES}}}}}}}}}"
    )
    return Query(text, {"owner": owner, "name": name, "number": number, "after": after})


def more_comments(owner: str, name: str, number: int, after: str | None, size: int) -> Query:
    """The next page of so many comments on an issue or a pull request; the first one without `after`."""
    comments = f"comments(first:{size},after:$after){{{COMMENTS}}}"
    text = (
        "query MoreComments($owner:String!,$name:String!,$number:Int!,$after:String){rateLimit{cost remaining resetAt} "
        "repository(owner:$owner,name:$name){issueOrPullRequest(number:$number){"
        f"...on Issue{{{comments}}} ...on PullRequest{{{comments}}}}}}}}}"
    )
    return Query(text, {"owner": owner, "name": name, "number": number, "after": after})


def open_heads(owner: str, name: str, root: str, after: str | None, size: int) -> Query:
    """A page of so many open pull requests with what stands directly below a specs root on their branches."""
    whole = f"tree{{{_entries(1)}}}"
    listed = f"root:file(path:$root){{object{{...on Tree{{{_entries(1)}}}}}}}" if root else f"root:{whole}"
    declared = "$owner:String!,$name:String!,$after:String" + (",$root:String!" if root else "")
    heads = f"number url headRefName headRef{{target{{...on Commit{{oid {listed}}}}}}}"
    page = f"states:OPEN,first:{size},after:$after,{NEWEST_FIRST}"
    text = (
        f"query OpenHeads({declared}){{rateLimit{{cost remaining resetAt}} repository(owner:$owner,name:$name)"
        f"{{pullRequests({page}){{pageInfo{{hasNextPage endCursor}} nodes{{{heads}}}}}}}}}"
    )
    return Query(text, {"owner": owner, "name": name, "after": after, **({"root": root} if root else {})})


def arrival(owner: str, name: str, commit: str, folder: str) -> Query:
    """The commits that changed a folder, the newest first, each with the pull requests that brought it."""
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


MINIMIZE = (
    "mutation Minimize($id:ID!){minimizeComment(input:{subjectId:$id,classifier:RESOLVED}){"
    "minimizedComment{isMinimized}}}"
)
RESTORE = "mutation Restore($id:ID!){unminimizeComment(input:{subjectId:$id}){unminimizedComment{isMinimized}}}"
REACT = (
    "mutation React($id:ID!,$content:ReactionContent!){addReaction(input:{subjectId:$id,content:$content}){"
    "reaction{content} subject{reactionGroups{content viewerHasReacted}}}}"
)
