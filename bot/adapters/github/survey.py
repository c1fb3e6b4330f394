"""Survey the open heads of up to fifty repositories with one GraphQL query, each head with our completed check run.

The survey uses a read-only token for all repositories of the installation. GitHub counts about one rate-limit point
for each repository: https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.adapters.github.error_responses import TooMuch
from bot.adapters.github.paging import Paging
from bot.adapters.github.query import Query
from bot.adapters.github.reading import shape
from bot.adapters.github.survey_portions import BatchPlanner, SurveyBatch
from bot.core.forge.effects import NAME
from bot.core.forge.errors import ForgeError
from bot.core.forge.overdue import HeadSurvey, OpenGroup, OpenPull, RepositoryHeads

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.adapters.github.graphql import GraphQLResult
    from bot.adapters.github.repository import GitHubRepositories
    from bot.core.forge.stored import SeenRepository

Json = dict[str, Any]

READ = {"checks": "read", "contents": "read", "metadata": "read", "pull_requests": "read"}
_DOING = "looked for heads without a verdict"
_MOST_HEADS = 1_000
"""Heads that are read from one list of one repository. The newest pull requests come first, so that many old ones
cannot hide them. A merge queue builds at most a hundred groups at once:
https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
"""
_MOST_PAGES = 50
"""Most queries for the further pages of one list."""
_MOST_CALLS = 32
"""Most queries for one survey, without those for further pages."""
_ALONE = 3
"""Failed queries for a single repository, before any query succeeded, after which the survey ends: GitHub is down."""
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
"""The fields of each list, with `%s` in place of the arguments that select a page."""
_REPOSITORY = "databaseId nameWithOwner isArchived defaultBranchRef{name}"


@dataclass(slots=True)
class _Progress:
    """What the survey has read so far."""

    surveyed: list[RepositoryHeads] = field(default_factory=list)
    missed: list[SeenRepository] = field(default_factory=list)
    unfinished: dict[int, SeenRepository] = field(default_factory=dict)
    """By repository id."""
    too_much: list[SurveyBatch] = field(default_factory=list)
    failed: ForgeError | None = None
    """The last failure."""

    def postpone(self, repositories: Iterable[SeenRepository]) -> None:
        """Leave these repositories to a later survey."""
        self.unfinished |= {repository.id: repository for repository in repositories}


class GitHubHeads:
    """Implements `bot.core.forge.overdue.Surveyor`. Not safe to share between threads."""

    def __init__(self, repositories: GitHubRepositories) -> None:
        self._repositories = repositories
        self._planner = BatchPlanner(repositories.clock)

    def survey(self, installation: int, repositories: Sequence[SeenRepository]) -> HeadSurvey:
        """See `Surveyor.survey`.

        A query that GitHub gives up on is halved, so that one large repository cannot hide the others. Repositories
        whose part of a response failed are queried once more by themselves.
        """
        progress, todo = _Progress(), deque(self._planner.of(repositories))
        alone = 0
        for _ in range(_MOST_CALLS):
            if not todo or alone == _ALONE:
                break
            batch = todo.popleft()
            try:
                result = self._query_batch(installation, batch)
            except TooMuch as error:
                progress.failed = error
                alone += batch.is_single and not progress.surveyed
                _divide(batch, todo, progress)
                continue
            except ForgeError as error:
                progress.failed = error
                todo.appendleft(batch)
                break
            left_out = self._take(installation, batch, result, progress)
            if left_out and len(left_out) < len(batch.repositories):
                todo.append(SurveyBatch(left_out, batch.heads))
            elif left_out and isinstance(result.failed, TooMuch):
                _divide(batch, todo, progress)
            else:
                progress.postpone(left_out)
        if progress.failed is not None and not progress.surveyed and not progress.missed:
            raise progress.failed
        for batch in todo:
            progress.postpone(batch.repositories)
        self._planner.note(progress.too_much)
        return HeadSurvey(
            tuple(progress.surveyed), tuple(progress.missed), tuple(progress.unfinished.values()), progress.failed
        )

    def _query_batch(self, installation: int, batch: SurveyBatch) -> GraphQLResult:
        """Query all repositories of the batch at once."""
        by_alias = _by_alias(batch.repositories)
        variables = {
            f"{alias}{suffix}": value
            for alias, repository in by_alias.items()
            for suffix, value in (("o", repository.owner), ("n", repository.name))
        }
        types = ",".join(f"${variable}:String!" for variable in variables)
        fields = " ".join((_REPOSITORY, *(template % f"first:{batch.heads}" for template in _LISTS.values())))
        selections = " ".join(f"{alias}:repository(owner:${alias}o,name:${alias}n){{{fields}}}" for alias in by_alias)
        return self._ask(installation, f"query Sweep($app:Int!,$check:String!,{types}){{{selections}}}", variables)

    def _take(
        self, installation: int, batch: SurveyBatch, result: GraphQLResult, progress: _Progress
    ) -> tuple[SeenRepository, ...]:
        """Add what the response says to the progress; return the repositories whose part of the response failed."""
        absent = {error["path"][0] for error in result.absences}
        broken = {error["path"][0] for error in result.errors if error["path"]}
        progress.failed = result.failed or progress.failed
        failed: list[SeenRepository] = []
        for alias, repository in _by_alias(batch.repositories).items():
            body = result.data.get(alias)
            if alias in absent:
                progress.missed.append(repository)
            elif body is None or alias in broken:
                failed.append(repository)
            elif body.get("databaseId") != repository.id:
                # Another repository has this name now.
                progress.missed.append(repository)
            elif not body.get("isArchived"):
                try:
                    with shape("a survey of many repositories"):
                        progress.surveyed.append(self._surveyed(installation, repository, body, progress))
                except ForgeError as error:
                    progress.failed = error
                    failed.append(repository)
        return tuple(failed)

    def _surveyed(self, installation: int, seen: SeenRepository, body: Json, progress: _Progress) -> RepositoryHeads:
        owner, _, name = body["nameWithOwner"].partition("/")
        seen = replace(seen, owner=owner, name=name)
        pulls = [_pull(node) for node in self._heads(installation, seen, "pullRequests", body, progress)]
        groups = [
            _group(node) for node in self._heads(installation, seen, "refs", body, progress) if node.get("target")
        ]
        return RepositoryHeads(seen, (body["defaultBranchRef"] or {}).get("name") or "", tuple(pulls), tuple(groups))

    def _heads(self, installation: int, seen: SeenRepository, name: str, body: Json, progress: _Progress) -> list[Json]:
        """Return the entries of a list with its further pages. A page that fails ends the list and is noted."""
        page = body[name]
        heads = [node for node in page["nodes"] if node]
        paging = Paging(self._planner.page(seen.id), _MOST_PAGES)
        while page["pageInfo"]["hasNextPage"] and len(heads) < _MOST_HEADS:
            after = page["pageInfo"]["endCursor"]
            try:
                page = paging.page(partial(self._page, installation, seen, name, after))
            except ForgeError as error:
                progress.failed = error
                progress.postpone([seen])
                break
            heads += [node for node in page["nodes"] if node]
        self._planner.note_page(seen.id, paging.size)
        return heads

    def _page(self, installation: int, seen: SeenRepository, name: str, after: str, size: int) -> Json:
        text = (
            "query SweepOn($app:Int!,$check:String!,$o:String!,$n:String!,$after:String!){repository(owner:$o,name:$n)"
            f"{{{_LISTS[name] % f'first:{size},after:$after'}}}}}"
        )
        result = self._ask(installation, text, {"o": seen.owner, "n": seen.name, "after": after})
        if result.failed is not None:
            raise result.failed
        with shape("a further page of one repository"):
            page: Json = result.data["repository"][name]
        return page

    def _ask(self, installation: int, text: str, variables: Json) -> GraphQLResult:
        key = (installation, None, tuple(sorted(READ.items())))
        query = Query(text, {"app": self._repositories.app_id, "check": NAME, **variables})
        return self._repositories.ask(key, query, _DOING, _is_absence)


def _divide(batch: SurveyBatch, todo: deque[SurveyBatch], progress: _Progress) -> None:
    """Queue smaller batches in place of one that was too much. A single repository goes to the end of the queue."""
    progress.too_much.append(batch)
    smaller = batch.smaller()
    if not smaller:
        progress.postpone(batch.repositories)
    elif batch.is_single:
        todo.extend(smaller)
    else:
        todo.extendleft(reversed(smaller))


def _is_absence(error: Any) -> bool:
    """Whether the error says that a repository of the query is not there or not visible to the App."""
    if not isinstance(error, dict) or error.get("type") != "NOT_FOUND":
        return False
    path = error.get("path")
    return isinstance(path, list) and len(path) == 1


def _by_alias(repositories: Sequence[SeenRepository]) -> dict[str, SeenRepository]:
    return {f"r{index}": repository for index, repository in enumerate(repositories)}


def _pull(node: Json) -> OpenPull:
    """An open pull request. It has no verdict when its last commit is not its head, because the head just moved."""
    commits = [edge["commit"] for edge in node["commits"]["nodes"] if edge]
    current = next((commit for commit in commits if commit["oid"] == node["headRefOid"]), None)
    return OpenPull(node["number"], _verdict(current))


def _group(node: Json) -> OpenGroup:
    target = node["target"]
    parents = [parent["oid"] for parent in (target.get("parents") or {"nodes": []})["nodes"] if parent]
    # GitHub gives a ref's name without the prefix in the query.
    branch = "gh-readonly-queue/" + node["name"].removeprefix("gh-readonly-queue/")
    return OpenGroup(branch, target["oid"], parents[0] if parents else None, _verdict(target))


def _verdict(commit: Json | None) -> str | None:
    suites = ((commit or {}).get("checkSuites") or {"nodes": []})["nodes"]
    runs = [run for suite in suites if suite for run in suite["checkRuns"]["nodes"] if run]
    return next((run["externalId"] or "" for run in runs if run["status"] == "COMPLETED"), None)
