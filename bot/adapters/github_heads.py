"""The open heads of up to fifty repositories in one GraphQL read, with whether each has a run of ours.

It has a token of its own that may read and nothing else, for all repositories of the installation. Its cost is
counted by the lists that it asks for: about one point a repository, see
https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot.adapters.github_answers import TooMuch
from bot.adapters.github_query import Query
from bot.adapters.github_reading import shape
from bot.core.errors import ForgeError
from bot.core.overdue import OpenGroup, OpenPull, Survey, Surveyed
from bot.core.render import NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.adapters.github_graphql import Heard
    from bot.adapters.github_repository import GitHubRepositories
    from bot.core.stored import SeenRepository

Json = dict[str, Any]

READ = {"checks": "read", "contents": "read", "metadata": "read", "pull_requests": "read"}
_DOING = "looked for heads without a verdict"
_PULLS_A_PAGE = 20
_PULLS_ON_A_FURTHER_PAGE = 100
_MOST_PULLS = 1_000
"""Of one repository. The newest come first, so that no crowd of old ones hides them."""
_MOST_CALLS = 32
"""Queries for one batch, further pages apart."""
_ALONE = 3
"""Single repositories that GitHub gave up on before it answered for any: it is GitHub then, and not they."""
_RUNS = (
    "checkSuites(first:1,filterBy:{appId:$app}){nodes{checkRuns(first:1,filterBy:{checkType:LATEST,checkName:$check})"
    "{nodes{status externalId}}}}"
)
_NEWEST = "orderBy:{field:CREATED_AT,direction:DESC}"
_PULLS = f"""pageInfo{{hasNextPage endCursor}} nodes{{number headRefOid
  commits(last:1){{nodes{{commit{{oid {_RUNS}}}}}}}}}"""
_GROUPS = f"""refs(refPrefix:"refs/heads/gh-readonly-queue/",first:20){{nodes{{name target{{oid
  ...on Commit{{parents(first:1){{nodes{{oid}}}} {_RUNS}}}}}}}}}"""
_REPOSITORY = f"""databaseId nameWithOwner isArchived defaultBranchRef{{name}} {_GROUPS}
  pullRequests(states:OPEN,first:{_PULLS_A_PAGE},{_NEWEST}){{{_PULLS}}}"""


@dataclass(slots=True)
class _Known:
    """What a batch has brought so far."""

    found: list[Surveyed] = field(default_factory=list)
    missed: list[SeenRepository] = field(default_factory=list)
    failed: ForgeError | None = None
    """The last failure."""


class GitHubHeads:
    """See `bot.core.overdue.Surveyor`."""

    def __init__(self, repositories: GitHubRepositories) -> None:
        self._repositories = repositories

    def survey(self, installation: int, repositories: Sequence[SeenRepository]) -> Survey:
        """See `Surveyor.survey`.

        What is too much for one read is halved, so that one repository never hides the others; what failed in an
        answer is asked for once more by itself.
        """
        known = _Known()
        todo, alone = deque([tuple(repositories)]), 0
        for _ in range(_MOST_CALLS):
            if not todo or alone == _ALONE:
                break
            part = todo.popleft()
            try:
                heard = self._look(installation, part)
            except TooMuch as error:
                known.failed = error
                todo.extendleft(reversed(_halves(part)))
                alone += len(part) == 1 and not known.found
                continue
            except ForgeError as error:
                known.failed = error
                break
            left_out = self._take(installation, part, heard, known)
            if left_out and len(left_out) < len(part):
                todo.append(left_out)
            elif left_out and isinstance(heard.failed, TooMuch):
                todo.extend(_halves(left_out))
        if known.failed is not None and not known.found and not known.missed:
            raise known.failed
        return Survey(tuple(known.found), tuple(known.missed))

    def _look(self, installation: int, repositories: Sequence[SeenRepository]) -> Heard:
        """One query for all of them."""
        named = _named(repositories)
        variables = {f"{alias}{part}": value for alias, one in named.items() for part, value in _name(one)}
        types = ",".join(f"${variable}:String!" for variable in variables)
        looks = " ".join(f"{alias}:repository(owner:${alias}o,name:${alias}n){{{_REPOSITORY}}}" for alias in named)
        return self._ask(installation, f"query Sweep($app:Int!,$check:String!,{types}){{{looks}}}", variables)

    def _take(
        self, installation: int, repositories: Sequence[SeenRepository], heard: Heard, known: _Known
    ) -> tuple[SeenRepository, ...]:
        """Keep what the answer says; those of which a part failed, since they are not to be half known."""
        absent = {one["path"][0] for one in heard.absences}
        broken = {one["path"][0] for one in heard.errors if one["path"]}
        known.failed = heard.failed or known.failed
        left_out: list[SeenRepository] = []
        for alias, one in _named(repositories).items():
            answer = heard.data.get(alias)
            if alias in absent:
                known.missed.append(one)
            elif answer is None or alias in broken:
                left_out.append(one)
            elif answer.get("databaseId") != one.id:
                # Whatever is called so by now: it is ours only if it is the same.
                known.missed.append(one)
            elif not answer.get("isArchived"):
                try:
                    with shape("a look at many repositories"):
                        known.found.append(self._surveyed(installation, one, answer))
                except ForgeError as error:
                    known.failed = error
                    left_out.append(one)
        return tuple(left_out)

    def _surveyed(self, installation: int, seen: SeenRepository, answer: Json) -> Surveyed:
        owner, _, name = answer["nameWithOwner"].partition("/")
        seen = replace(seen, owner=owner, name=name)
        page = answer["pullRequests"]
        pulls = [_pull(one) for one in page["nodes"] if one]
        size = _PULLS_ON_A_FURTHER_PAGE
        while page["pageInfo"]["hasNextPage"] and len(pulls) < _MOST_PULLS:
            after = page["pageInfo"]["endCursor"]
            try:
                page = self._page(installation, seen, after, size)
            except TooMuch:
                if size == _PULLS_A_PAGE:
                    raise
                size = _PULLS_A_PAGE  # what is too much once is so again
                continue
            pulls += [_pull(one) for one in page["nodes"] if one]
        groups = tuple(_group(one) for one in answer["refs"]["nodes"] if one and one.get("target"))
        return Surveyed(seen, (answer["defaultBranchRef"] or {}).get("name") or "", tuple(pulls), groups)

    def _page(self, installation: int, seen: SeenRepository, after: str, size: int) -> Json:
        text = (
            "query SweepOn($app:Int!,$check:String!,$o:String!,$n:String!,$after:String!){repository(owner:$o,name:$n)"
            f"{{pullRequests(states:OPEN,first:{size},after:$after,{_NEWEST}){{{_PULLS}}}}}}}"
        )
        heard = self._ask(installation, text, {"o": seen.owner, "n": seen.name, "after": after})
        if heard.failed is not None:
            raise heard.failed
        page: Json = heard.data["repository"]["pullRequests"]
        return page

    def _ask(self, installation: int, text: str, variables: Json) -> Heard:
        key = (installation, None, tuple(sorted(READ.items())))
        query = Query(text, {"app": self._repositories.app_id, "check": NAME, **variables})
        return self._repositories.ask(key, query, _DOING, _is_absence)


def _is_absence(error: Any) -> bool:
    """A field of the query itself names nothing that GitHub has, or shows us."""
    if not isinstance(error, dict) or error.get("type") != "NOT_FOUND":
        return False
    path = error.get("path")
    return isinstance(path, list) and len(path) == 1


def _named(repositories: Sequence[SeenRepository]) -> dict[str, SeenRepository]:
    return {f"r{index}": one for index, one in enumerate(repositories)}


def _halves(part: tuple[SeenRepository, ...]) -> tuple[tuple[SeenRepository, ...], ...]:
    """None of what is only one."""
    middle = len(part) // 2
    return (part[:middle], part[middle:]) if middle else ()


def _name(one: SeenRepository) -> tuple[tuple[str, str], ...]:
    return ("o", one.owner), ("n", one.name)


def _pull(one: Json) -> OpenPull:
    """A head that moved between two of GitHub's own databases counts as one without a verdict."""
    commits = [node["commit"] for node in one["commits"]["nodes"] if node]
    current = next((commit for commit in commits if commit["oid"] == one["headRefOid"]), None)
    return OpenPull(one["number"], _verdict(current))


def _group(one: Json) -> OpenGroup:
    target = one["target"]
    parents = [parent["oid"] for parent in (target.get("parents") or {"nodes": []})["nodes"] if parent]
    # GitHub gives a ref's name without the prefix that was asked for.
    branch = "gh-readonly-queue/" + one["name"].removeprefix("gh-readonly-queue/")
    return OpenGroup(branch, target["oid"], parents[0] if parents else None, _verdict(target))


def _verdict(commit: Json | None) -> str | None:
    suites = ((commit or {}).get("checkSuites") or {"nodes": []})["nodes"]
    runs = [run for suite in suites if suite for run in suite["checkRuns"]["nodes"] if run]
    return next((run["externalId"] or "" for run in runs if run["status"] == "COMPLETED"), None)
