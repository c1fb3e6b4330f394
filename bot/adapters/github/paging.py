"""Read the further pages of lists, with shorter pages when GitHub gives up on a long one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from bot.adapters.github.error_responses import TooMuch
from bot.adapters.github.query import comments_page_query, files_page_query, open_heads_query
from bot.adapters.github.reading import open_heads, own_comments, own_reactions, shape
from bot.core.forge.errors import CommentGone, ForgeError, MovedMeanwhile
from bot.core.forge.facts import Thread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.adapters.github.query import Query
    from bot.core.change.trees import OtherHead

Json = dict[str, Any]

LONGEST = 100
"""Most entries on a page, GitHub's own limit:
https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#node-limit"""
MOST_CALLS = 125
"""Most queries for one list: enough for the longest list at a quarter of a page per query."""
MOST_FILES = 3_000
"""Most files that GitHub lists of a pull request:
https://docs.github.com/rest/pulls/pulls#list-pull-requests-files"""
_MOST_COMMENTS = 5_000
_MOST_HEADS = 500


def fewer(entries: int) -> int:
    """Return the page size to try when a page of `entries` was too much."""
    return max(1, entries // 4)


class Paging:
    """The page size for one list. When a page was too much, all later pages are shorter."""

    def __init__(self, size: int, most: int) -> None:
        """Begin with pages of `size` entries, and allow `most` queries."""
        self.size = size
        """Entries on the next page."""
        self._calls_left = most

    def page(self, ask: Callable[[int], Json]) -> Json:
        """Return the response to `ask`, which is called with a page size.

        Raises `TooMuch` when GitHub gives up on a page of one entry, and `ForgeError` when the list takes too many
        queries, because the entries that were not read are not absent.
        """
        while True:
            if self._calls_left == 0:
                raise ForgeError("GitHub gives a long list in too short pages")
            self._calls_left -= 1
            try:
                return ask(self.size)
            except TooMuch:
                if self.size == 1:
                    raise
                self.size = fewer(self.size)


class Lists:
    """The long lists of one repository. `ask` sends a query undivided; its second argument completes "while we ..."."""

    def __init__(self, owner: str, name: str, ask: Callable[[Query, str], Json]) -> None:
        self._where = (owner, name)
        self._ask = ask
        self._files_read: dict[int, tuple[tuple[object, ...], Json]] = {}
        """By pull request: the commits and the first page of its list of files, and the complete list."""

    def complete(self, pulls: Sequence[Json]) -> None:
        """Fetch the further pages of each pull request's lists, once for a pull request that appears several times."""
        complete: dict[tuple[int, str], Json] = {}
        for pull in pulls:
            first = complete.setdefault((pull["number"], pull["headRefOid"]), pull)
            if first is pull:
                self._complete_files(pull)
                self._complete_comments(pull)
            else:
                pull |= {name: first[name] for name in ("files", "comments") if name in first}

    def thread(self, number: int, marker: str, node: str | None) -> Thread:
        """Implements `ForgeReader.thread`."""
        paging, doing = Paging(LONGEST, MOST_CALLS), "looked for our comment"
        answer = paging.page(lambda size: self._ask(self._more_comments(number, None, size, node), doing))
        if node is not None and answer["node"] is None:
            raise CommentGone("The text with the command was deleted.")
        reactions = own_reactions(answer["node"]) if node is not None else frozenset()
        comments, seen = answer["repository"]["issueOrPullRequest"]["comments"], paging.size
        with shape("a list of comments"):
            ours = own_comments(comments["nodes"])
            while comments["pageInfo"]["hasNextPage"] and seen < _MOST_COMMENTS:
                comments = self._comments(paging, number, comments["pageInfo"]["endCursor"], doing)
                ours += own_comments(comments["nodes"])
                seen += paging.size
        reply = next((comment for comment in ours if comment.body.startswith(marker)), None)
        return Thread(reply, reactions, ours)

    def _more_comments(self, number: int, after: str | None, size: int, node: str | None = None) -> Query:
        return comments_page_query(*self._where, number, after, size, node)

    def open_heads(self, root: str) -> tuple[OtherHead, ...]:
        """Implements `Forge.open_heads`."""
        heads: list[OtherHead] = []
        paging, after = Paging(LONGEST, MOST_CALLS), None
        while len(heads) < _MOST_HEADS:
            page = paging.page(partial(self._heads, root, after))["repository"]["pullRequests"]
            heads += open_heads(page["nodes"], root)
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        return tuple(heads)

    def _complete_files(self, pull: Json) -> None:
        """Append the further pages of the changed files to the first page.

        A second read of the same head onto the same base takes over the further pages of the first one.
        """
        files: Any = pull.get("files")
        if not _has_next_page(files):
            return
        known = (pull["headRefOid"], _base_oid(pull), pull.get("changedFiles"), list(files["nodes"]))
        before, complete = self._files_read.get(pull["number"], (None, None))
        if before == known:
            pull["files"] = complete
            return
        paging = Paging(LONGEST, MOST_CALLS)
        while _has_next_page(files) and len(files["nodes"]) < MOST_FILES:
            after = files["pageInfo"]["endCursor"]
            further = paging.page(partial(self._files, pull["number"], after))["repository"]["pullRequest"]
            if further["headRefOid"] != pull["headRefOid"]:
                raise MovedMeanwhile("The head moved while we read the changed files")
            files["nodes"].extend(further["files"]["nodes"])
            files["pageInfo"] = further["files"]["pageInfo"]
        self._files_read[pull["number"]] = known, files

    def _complete_comments(self, pull: Json) -> None:
        """Search the further pages for our comment when the first page has none."""
        comments, paging, seen = pull.get("comments"), Paging(LONGEST, MOST_CALLS), 0
        while comments and seen < _MOST_COMMENTS:
            if own_comments(comments["nodes"]) or not comments["pageInfo"]["hasNextPage"]:
                return
            after = comments["pageInfo"]["endCursor"]
            comments = self._comments(paging, pull["number"], after, "read the comments")
            seen += paging.size
            pull["comments"] = comments

    def _comments(self, paging: Paging, number: int, after: str | None, doing: str) -> Json:
        def ask(size: int) -> Json:
            return self._ask(self._more_comments(number, after, size), doing)

        with shape("a list of comments"):
            comments: Json = paging.page(ask)["repository"]["issueOrPullRequest"]["comments"]
        return comments

    def _files(self, number: int, after: str, size: int) -> Json:
        return self._ask(files_page_query(*self._where, number, after, size), "read the changed files")

    def _heads(self, root: str, after: str | None, size: int) -> Json:
        return self._ask(open_heads_query(*self._where, root, after, size), "read the open pull requests")


def _base_oid(pull: Json) -> object:
    base = pull.get("baseRef")
    return base["target"]["oid"] if isinstance(base, dict) else None


def _has_next_page(files: Any) -> bool:
    """Whether a list of changed files is well-formed and says that there are more of them."""
    page, nodes = (files.get("pageInfo"), files.get("nodes")) if isinstance(files, dict) else (None, None)
    return (
        isinstance(nodes, list) and isinstance(page, dict) and bool(page.get("hasNextPage") and page.get("endCursor"))
    )
