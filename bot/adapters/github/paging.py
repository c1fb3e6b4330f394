"""Lists that are longer than one answer: their further pages, in shorter ones where GitHub gives up on a long one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from bot.adapters.github import query as github_query
from bot.adapters.github.answers import TooMuch
from bot.adapters.github.reading import open_heads, own_comments, shape
from bot.core.forge.errors import ForgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.adapters.github.query import Query
    from bot.core.change.trees import OtherHead
    from bot.core.forge.facts import Comment

Json = dict[str, Any]

LONGEST = 100
"""Entries on a page, which is GitHub's own bound:
https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#node-limit"""
MOST_CALLS = 125
"""Queries for one list: enough for the longest one, also a quarter of a page at a time."""
MOST_FILES = 3_000
"""GitHub lists no more of a pull request's files: https://docs.github.com/rest/pulls/pulls#list-pull-requests-files"""
_MOST_COMMENTS = 5_000
_MOST_HEADS = 500


def fewer(entries: int) -> int:
    """How many entries to ask for where so many were too much."""
    return max(1, entries // 4)


class Paging:
    """One list as it is asked for: once a page was too much, no later one is as long."""

    def __init__(self, size: int, most: int) -> None:
        """Begin with pages of `size` entries, and ask `most` queries at most."""
        self.size = size
        """Entries that the next page asks for."""
        self._left = most

    def page(self, ask: Callable[[int], Json]) -> Json:
        """The answer to what asks for so many entries.

        Raises `ForgeError`: `TooMuch` where GitHub does not even give a single one, and where the list took too many
        queries, since what was not read of it is not to be taken for absent.
        """
        while True:
            if self._left == 0:
                raise ForgeError("GitHub gives a long list in too short pages")
            self._left -= 1
            try:
                return ask(self.size)
            except TooMuch:
                if self.size == 1:
                    raise
                self.size = fewer(self.size)


class Lists:
    """The long lists of one repository. `ask` sends a query that is not to be divided, and names what it is for."""

    def __init__(self, owner: str, name: str, ask: Callable[[Query, str], Json]) -> None:
        self._where = (owner, name)
        self._ask = ask

    def complete(self, pulls: Sequence[Json]) -> None:
        """Fetch what is on further pages, once for a pull request that stands in an answer several times."""
        complete: dict[tuple[int, str], Json] = {}
        for pull in pulls:
            one = complete.setdefault((pull["number"], pull["headRefOid"]), pull)
            if one is pull:
                self._complete_files(pull)
                self._complete_comments(pull)
            else:
                pull |= {name: one[name] for name in ("files", "comments") if name in one}

    def find_comment(self, number: int, marker: str) -> Comment | None:
        """See `bot.core.forge.ports.Forge.find_comment`."""
        paging, seen, after = Paging(LONGEST, MOST_CALLS), 0, None
        while seen < _MOST_COMMENTS:
            comments = self._comments(paging, number, after, "looked for our comment")
            with shape("a list of comments"):
                found = next((mine for mine in own_comments(comments["nodes"]) if mine.body.startswith(marker)), None)
                if found is not None or not comments["pageInfo"]["hasNextPage"]:
                    return found
                seen += paging.size
                after = comments["pageInfo"]["endCursor"]
        return None

    def open_heads(self, root: str) -> tuple[OtherHead, ...]:
        """See `bot.core.forge.ports.Forge.open_heads`."""
        found: list[OtherHead] = []
        paging, after = Paging(LONGEST, MOST_CALLS), None
        while len(found) < _MOST_HEADS:
            page = paging.page(partial(self._heads, root, after))["repository"]["pullRequests"]
            found += open_heads(page["nodes"], root)
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        return tuple(found)

    def _complete_files(self, pull: Json) -> None:
        """Fetch the further pages of the changed files into the first; a page that GitHub keeps back is said so."""
        files, paging = pull.get("files"), Paging(LONGEST, MOST_CALLS)
        while files and files["pageInfo"]["hasNextPage"] and len(files["nodes"]) < MOST_FILES:
            after = files["pageInfo"]["endCursor"]
            further = paging.page(partial(self._files, pull["number"], after))["repository"]["pullRequest"]
            if further["headRefOid"] != pull["headRefOid"]:
                raise ForgeError("The head moved while we read the changed files", retry_after=1.0)
            files["nodes"].extend(further["files"]["nodes"])
            files["pageInfo"] = further["files"]["pageInfo"]

    def _complete_comments(self, pull: Json) -> None:
        """Look further for a comment of ours, where the first page has none, as far as `find_comment` does."""
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
            return self._ask(github_query.more_comments(*self._where, number, after, size), doing)

        with shape("a list of comments"):
            comments: Json = paging.page(ask)["repository"]["issueOrPullRequest"]["comments"]
        return comments

    def _files(self, number: int, after: str, size: int) -> Json:
        return self._ask(github_query.more_files(*self._where, number, after, size), "read the changed files")

    def _heads(self, root: str, after: str | None, size: int) -> Json:
        return self._ask(github_query.open_heads(*self._where, root, after, size), "read the open pull requests")
