"""Survey the open heads of up to fifty repositories with one GraphQL query, each head with our completed check run.

The survey uses a read-only token for all repositories of the installation. GitHub counts about one rate-limit point
for each repository: https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot.adapters.github.completeness import gaps
from bot.adapters.github.error_responses import TooMuch
from bot.adapters.github.lists import IncompleteResponse
from bot.adapters.github.paging import Paging
from bot.adapters.github.query import Query
from bot.adapters.github.reading import shape
from bot.adapters.github.survey_portions import BatchPlanner, SurveyBatch
from bot.core.forge.effects import NAME
from bot.core.forge.errors import ForgeError
from bot.core.forge.overdue import HeadSurvey, OpenGroup, OpenPull, RepositoryHeads

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.adapters.github.completeness import Path
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
_PULLS = f"""pullRequests(states:OPEN,orderBy:{{field:CREATED_AT,direction:DESC}},%s){{{_PAGE} totalCount
  nodes{{number headRefOid commits(last:1){{nodes{{commit{{oid {_RUNS}}}}}}}}}}}"""
_GROUPS = f"""refs(refPrefix:"refs/heads/gh-readonly-queue/",%s){{{_PAGE} totalCount nodes{{name target{{oid
  ...on Commit{{parents(first:1){{nodes{{oid}}}} {_RUNS}}}}}}}}}"""
PAGES = {"pullRequests": _PULLS, "refs": _GROUPS}
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
                result, missing = self._query_batch(installation, batch)
            except TooMuch as error:
                progress.failed = error
                alone += batch.is_single and not progress.surveyed
                _divide(batch, todo, progress)
                continue
            except ForgeError as error:
                progress.failed = error
                todo.appendleft(batch)
                break
            left_out = self._take(installation, batch, result, missing, progress)
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

    def _query_batch(self, installation: int, batch: SurveyBatch) -> tuple[GraphQLResult, list[Path]]:
        """Query all repositories of the batch at once. Returns the result and its gaps."""
        by_alias = _by_alias(batch.repositories)
        variables = {
            f"{alias}{suffix}": value
            for alias, repository in by_alias.items()
            for suffix, value in (("o", repository.owner), ("n", repository.name))
        }
        types = ",".join(f"${variable}:String!" for variable in variables)
        fields = " ".join((_REPOSITORY, *(template % f"first:{batch.heads}" for template in PAGES.values())))
        selections = " ".join(f"{alias}:repository(owner:${alias}o,name:${alias}n){{{fields}}}" for alias in by_alias)
        query = self._query(f"query Sweep($app:Int!,$check:String!,{types}){{{selections}}}", variables)
        result = self._ask(installation, query)
        return result, gaps(query, result.data)

    def _take(
        self, installation: int, batch: SurveyBatch, result: GraphQLResult, missing: Sequence[Path], progress: _Progress
    ) -> tuple[SeenRepository, ...]:
        """Add what the response says to the progress; return the repositories whose part of the response failed.

        A repository whose part has a gap is surveyed again soon. Its heads without a gap count now.
        """
        absent = {error["path"][0] for error in result.absences}
        broken = {error["path"][0] for error in result.errors if error["path"]}
        progress.failed = result.failed or progress.failed
        failed: list[SeenRepository] = []
        for alias, repository in _by_alias(batch.repositories).items():
            body, inner = result.data.get(alias), _below(missing, alias)
            if alias in absent:
                progress.missed.append(repository)
            elif body is None or alias in broken:
                failed.append(repository)
            elif any(len(path) == 1 and path[0] not in PAGES for path in inner):
                progress.failed = IncompleteResponse(f"GitHub left out a part of a repository while we {_DOING}")
                failed.append(repository)
            elif body.get("databaseId") != repository.id:
                # Another repository has this name now.
                progress.missed.append(repository)
            elif not body.get("isArchived"):
                try:
                    with shape("a survey of many repositories"):
                        progress.surveyed.append(self._surveyed(installation, repository, body, inner, progress))
                except ForgeError as error:
                    progress.failed = error
                    failed.append(repository)
        return tuple(failed)

    def _surveyed(
        self, installation: int, seen: SeenRepository, body: Json, missing: Sequence[Path], progress: _Progress
    ) -> RepositoryHeads:
        owner, _, name = body["nameWithOwner"].partition("/")
        seen = replace(seen, owner=owner, name=name)
        pulls, groups = (
            self._heads(installation, seen, which, (body.get(which), _below(missing, which)), progress)
            for which in PAGES
        )
        default_branch = (body["defaultBranchRef"] or {}).get("name") or ""
        return RepositoryHeads(seen, default_branch, tuple(map(_pull, pulls)), tuple(map(_group, groups)))

    def _heads(
        self, installation: int, seen: SeenRepository, name: str, page: tuple[Any, list[Path]], progress: _Progress
    ) -> list[Json]:
        """Return the elements of a list with its further pages. A gap, and a page that fails, is noted."""
        heads: list[Json] = []
        paging = Paging(self._planner.page(seen.id), _MOST_PAGES)
        while True:
            connection, missing = page
            heads += _without_gaps(connection, missing)
            if missing:
                progress.failed = IncompleteResponse(f"GitHub left out a part of {name} while we {_DOING}")
                progress.postpone([seen])
            after = _next_page(connection, missing)
            if after is None or len(heads) >= _MOST_HEADS:
                break
            try:
                page = self._further_page(paging, installation, seen, name, after)
            except ForgeError as error:
                progress.failed = error
                progress.postpone([seen])
                break
        self._planner.note_page(seen.id, paging.size)
        return heads

    def _further_page(
        self, paging: Paging, installation: int, seen: SeenRepository, name: str, after: str
    ) -> tuple[Json, list[Path]]:
        """Return the next page of a list, and its gaps."""
        missing: list[Path] = []

        def ask(size: int) -> Json:
            query = self._query(
                "query SweepOn($app:Int!,$check:String!,$o:String!,$n:String!,$after:String!)"
                f"{{repository(owner:$o,name:$n){{{PAGES[name] % f'first:{size},after:$after'}}}}}",
                {"o": seen.owner, "n": seen.name, "after": after},
            )
            result = self._ask(installation, query)
            if result.failed is not None:
                raise result.failed
            missing[:] = _below(gaps(query, result.data), "repository", name)
            with shape("a further page of one repository"):
                page: Json = result.data["repository"][name]
            return page

        return paging.page(ask), missing

    def _query(self, text: str, variables: Json) -> Query:
        return Query(text, {"app": self._repositories.app_id, "check": NAME, **variables})

    def _ask(self, installation: int, query: Query) -> GraphQLResult:
        key = (installation, None, tuple(sorted(READ.items())))
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


def _below(missing: Iterable[Path], *names: str) -> list[Path]:
    """Return the gaps at or below a field, with paths that begin there."""
    return [path[len(names) :] for path in missing if path[: len(names)] == names]


def _without_gaps(connection: Any, missing: Sequence[Path]) -> list[Json]:
    """Return the nodes of a connection without those that have a gap."""
    nodes = connection.get("nodes") if isinstance(connection, dict) else None
    spoiled = {path[1] for path in missing if path[:1] == ("nodes",) and len(path) > 1}
    return [node for index, node in enumerate(nodes) if index not in spoiled] if isinstance(nodes, list) else []


def _next_page(connection: Any, missing: Sequence[Path]) -> str | None:
    """Return where the next page begins; None if there is none, or if that is unknown."""
    if not isinstance(connection, dict) or any(path[:1] == ("pageInfo",) for path in missing):
        return None
    page = connection["pageInfo"]
    return str(page["endCursor"]) if page["hasNextPage"] else None


def _pull(node: Json) -> OpenPull:
    """An open pull request. It has no verdict when its last commit is not its head, because the head just moved."""
    commits = [edge["commit"] for edge in node["commits"]["nodes"]]
    current = next((commit for commit in commits if commit["oid"] == node["headRefOid"]), None)
    return OpenPull(node["number"], _verdict(current))


def _group(node: Json) -> OpenGroup:
    target = node["target"]
    parents = [parent["oid"] for parent in target["parents"]["nodes"]]
    # GitHub gives a ref's name without the prefix in the query.
    branch = "gh-readonly-queue/" + node["name"].removeprefix("gh-readonly-queue/")
    return OpenGroup(branch, target["oid"], parents[0] if parents else None, _verdict(target))


def _verdict(commit: Json | None) -> str | None:
    suites = commit["checkSuites"]["nodes"] if commit is not None else []
    runs = [run for suite in suites for run in suite["checkRuns"]["nodes"]]
    return next((run["externalId"] or "" for run in runs if run["status"] == "COMPLETED"), None)
