"""The open heads of up to fifty repositories in one GraphQL read, with whether each has a run of ours.

It has a token of its own that may read and nothing else, for all repositories of the installation. Its cost is
counted by the lists that it asks for: about one point a repository, see
https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.adapters.github.answers import TooMuch
from bot.adapters.github.paging import Paging
from bot.adapters.github.portions import Portion, Portions
from bot.adapters.github.query import Query
from bot.adapters.github.reading import shape
from bot.core.forge.effects import NAME
from bot.core.forge.errors import ForgeError
from bot.core.forge.overdue import OpenGroup, OpenPull, Survey, Surveyed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.adapters.github.graphql import Heard
    from bot.adapters.github.repository import GitHubRepositories
    from bot.core.forge.stored import SeenRepository

Json = dict[str, Any]

READ = {"checks": "read", "contents": "read", "metadata": "read", "pull_requests": "read"}
_DOING = "looked for heads without a verdict"
_MOST_HEADS = 1_000
"""In one list of one repository. The newest pull requests come first, so that no crowd of old ones hides them. A merge
queue builds no more than a hundred groups at once, see
https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
"""
_MOST_PAGES = 50
"""Queries for the further pages of one list."""
_MOST_CALLS = 32
"""Queries for one batch, further pages apart."""
_ALONE = 3
"""Single repositories that GitHub gave up on before it answered for any: it is GitHub then, and not they."""
_RUNS = (
    "checkSuites(first:1,filterBy:{appId:$app}){nodes{checkRuns(first:1,filterBy:{checkType:LATEST,checkName:$check})"
    "{nodes{status externalId}}}}"
)
_PAGE = "pageInfo{hasNextPage endCursor}"
_PULLS = f"""pullRequests(states:OPEN,orderBy:{{field:CREATED_AT,direction:DESC}},%s){{{_PAGE} nodes{{number headRefOid
  commits(last:1){{nodes{{commit{{oid {_RUNS}}}}}}}}}}}"""
_GROUPS = f"""refs(refPrefix:"refs/heads/gh-readonly-queue/",%s){{{_PAGE} nodes{{name target{{oid
  ...on Commit{{parents(first:1){{nodes{{oid}}}} {_RUNS}}}}}}}}}"""
_LISTS = {"pullRequests": _PULLS, "refs": _GROUPS}
"""Each with a place for which page is meant."""
_REPOSITORY = "databaseId nameWithOwner isArchived defaultBranchRef{name}"


@dataclass(slots=True)
class _Known:
    """What a batch has brought so far."""

    found: list[Surveyed] = field(default_factory=list)
    missed: list[SeenRepository] = field(default_factory=list)
    unfinished: dict[int, SeenRepository] = field(default_factory=dict)
    """By their ids."""
    too_much: list[Portion] = field(default_factory=list)
    failed: ForgeError | None = None
    """The last failure."""

    def leave(self, repositories: Iterable[SeenRepository]) -> None:
        """Leave these for another time."""
        self.unfinished |= {one.id: one for one in repositories}


class GitHubHeads:
    """See `bot.core.forge.overdue.Surveyor`. For one thread."""

    def __init__(self, repositories: GitHubRepositories) -> None:
        self._repositories = repositories
        self._portions = Portions(repositories.clock)

    def survey(self, installation: int, repositories: Sequence[SeenRepository]) -> Survey:
        """See `Surveyor.survey`.

        What is too much for one read is halved, so that one repository never hides the others, and remembered for a
        while; what failed in an answer is asked for once more by itself.
        """
        known, todo = _Known(), deque(self._portions.of(repositories))
        alone = 0
        for _ in range(_MOST_CALLS):
            if not todo or alone == _ALONE:
                break
            portion = todo.popleft()
            try:
                heard = self._look(installation, portion)
            except TooMuch as error:
                known.failed = error
                alone += portion.is_single and not known.found
                _divide(portion, todo, known)
                continue
            except ForgeError as error:
                known.failed = error
                todo.appendleft(portion)
                break
            left_out = self._take(installation, portion, heard, known)
            if left_out and len(left_out) < len(portion.repositories):
                todo.append(Portion(left_out, portion.heads))
            elif left_out and isinstance(heard.failed, TooMuch):
                _divide(portion, todo, known)
            else:
                known.leave(left_out)
        if known.failed is not None and not known.found and not known.missed:
            raise known.failed
        for portion in todo:
            known.leave(portion.repositories)
        self._portions.note(known.too_much)
        return Survey(tuple(known.found), tuple(known.missed), tuple(known.unfinished.values()), known.failed)

    def _look(self, installation: int, portion: Portion) -> Heard:
        """One query for all of it."""
        named = _named(portion.repositories)
        variables = {f"{alias}{part}": value for alias, one in named.items() for part, value in _name(one)}
        types = ",".join(f"${variable}:String!" for variable in variables)
        asked = " ".join((_REPOSITORY, *(one % f"first:{portion.heads}" for one in _LISTS.values())))
        looks = " ".join(f"{alias}:repository(owner:${alias}o,name:${alias}n){{{asked}}}" for alias in named)
        return self._ask(installation, f"query Sweep($app:Int!,$check:String!,{types}){{{looks}}}", variables)

    def _take(self, installation: int, portion: Portion, heard: Heard, known: _Known) -> tuple[SeenRepository, ...]:
        """Keep what the answer says; those of which a part failed, since they are not to be half known."""
        absent = {one["path"][0] for one in heard.absences}
        broken = {one["path"][0] for one in heard.errors if one["path"]}
        known.failed = heard.failed or known.failed
        left_out: list[SeenRepository] = []
        for alias, one in _named(portion.repositories).items():
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
                        known.found.append(self._surveyed(installation, one, answer, known))
                except ForgeError as error:
                    known.failed = error
                    left_out.append(one)
        return tuple(left_out)

    def _surveyed(self, installation: int, seen: SeenRepository, answer: Json, known: _Known) -> Surveyed:
        owner, _, name = answer["nameWithOwner"].partition("/")
        seen = replace(seen, owner=owner, name=name)
        pulls = [_pull(one) for one in self._heads(installation, seen, "pullRequests", answer, known)]
        groups = [_group(one) for one in self._heads(installation, seen, "refs", answer, known) if one.get("target")]
        return Surveyed(seen, (answer["defaultBranchRef"] or {}).get("name") or "", tuple(pulls), tuple(groups))

    def _heads(self, installation: int, seen: SeenRepository, name: str, answer: Json, known: _Known) -> list[Json]:
        """What a list holds, as far as its pages come: what is missing of it makes nothing else wait."""
        page = answer[name]
        found = [one for one in page["nodes"] if one]
        paging = Paging(self._portions.page(seen.id), _MOST_PAGES)
        while page["pageInfo"]["hasNextPage"] and len(found) < _MOST_HEADS:
            after = page["pageInfo"]["endCursor"]
            try:
                page = paging.page(partial(self._page, installation, seen, name, after))
            except ForgeError as error:
                known.failed = error
                known.leave([seen])
                break
            found += [one for one in page["nodes"] if one]
        self._portions.note_page(seen.id, paging.size)
        return found

    def _page(self, installation: int, seen: SeenRepository, name: str, after: str, size: int) -> Json:
        text = (
            "query SweepOn($app:Int!,$check:String!,$o:String!,$n:String!,$after:String!){repository(owner:$o,name:$n)"
            f"{{{_LISTS[name] % f'first:{size},after:$after'}}}}}"
        )
        heard = self._ask(installation, text, {"o": seen.owner, "n": seen.name, "after": after})
        if heard.failed is not None:
            raise heard.failed
        with shape("a further look at one repository"):
            page: Json = heard.data["repository"][name]
        return page

    def _ask(self, installation: int, text: str, variables: Json) -> Heard:
        key = (installation, None, tuple(sorted(READ.items())))
        query = Query(text, {"app": self._repositories.app_id, "check": NAME, **variables})
        return self._repositories.ask(key, query, _DOING, _is_absence)


def _divide(portion: Portion, todo: deque[Portion], known: _Known) -> None:
    """Go on with less of what was too much: of a single repository only when all others had their turn."""
    known.too_much.append(portion)
    smaller = portion.smaller()
    if not smaller:
        known.leave(portion.repositories)
    elif portion.is_single:
        todo.extend(smaller)
    else:
        todo.extendleft(reversed(smaller))


def _is_absence(error: Any) -> bool:
    """A field of the query itself names nothing that GitHub has, or shows us."""
    if not isinstance(error, dict) or error.get("type") != "NOT_FOUND":
        return False
    path = error.get("path")
    return isinstance(path, list) and len(path) == 1


def _named(repositories: Sequence[SeenRepository]) -> dict[str, SeenRepository]:
    return {f"r{index}": one for index, one in enumerate(repositories)}


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
