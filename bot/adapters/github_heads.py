"""The open heads of up to fifty repositories in one GraphQL read, with whether each has a run of ours.

It has a token of its own that may read and nothing else, for all repositories of the installation. Its cost is
counted by the lists that it asks for: about one point a repository, see
https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.adapters.github_answers import error_in_graphql
from bot.adapters.github_reading import shape
from bot.core.overdue import OpenGroup, OpenPull, Survey, Surveyed
from bot.core.render import NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.adapters.github_repository import GitHubRepositories
    from bot.core.stored import SeenRepository

Json = dict[str, Any]

READ = {"checks": "read", "contents": "read", "metadata": "read", "pull_requests": "read"}
_DOING = "looked for heads without a verdict"
_PULLS_A_PAGE = 20
_MOST_PULLS = 1_000
_RUNS = (
    "checkSuites(first:1,filterBy:{appId:$app}){nodes{checkRuns(first:1,filterBy:{checkType:LATEST,checkName:$check})"
    "{nodes{status externalId}}}}"
)
_PULLS = f"""pageInfo{{hasNextPage endCursor}} nodes{{number headRefOid
  commits(last:1){{nodes{{commit{{oid {_RUNS}}}}}}}}}"""
_GROUPS = f"""refs(refPrefix:"refs/heads/gh-readonly-queue/",first:20){{nodes{{name target{{oid
  ...on Commit{{parents(first:1){{nodes{{oid}}}} {_RUNS}}}}}}}}}"""
_REPOSITORY = f"""databaseId nameWithOwner isArchived defaultBranchRef{{name}} {_GROUPS}
  pullRequests(states:OPEN,first:{_PULLS_A_PAGE}){{{_PULLS}}}"""


class GitHubHeads:
    """See `bot.core.overdue.Surveyor`."""

    def __init__(self, repositories: GitHubRepositories) -> None:
        self._repositories = repositories

    def survey(self, installation: int, repositories: Sequence[SeenRepository]) -> Survey:
        """See `Surveyor.survey`."""
        named = {f"r{index}": one for index, one in enumerate(repositories)}
        variables = {f"{alias}{part}": value for alias, one in named.items() for part, value in _name(one)}
        types = ",".join(f"${variable}:String!" for variable in variables)
        looks = " ".join(f"{alias}:repository(owner:${alias}o,name:${alias}n){{{_REPOSITORY}}}" for alias in named)
        text = f"query Sweep($app:Int!,$check:String!,{types}){{{looks}}}"
        data, absent = self._graphql(installation, text, variables)
        with shape("a look at many repositories"):
            answered = {alias: data[alias] for alias in named if data.get(alias)}
            # Whatever is called so by now: it is ours only if it is the same.
            others = {alias for alias, answer in answered.items() if answer["databaseId"] != named[alias].id}
            return Survey(
                tuple(
                    self._surveyed(installation, named[alias], answer)
                    for alias, answer in answered.items()
                    if alias not in others and not answer["isArchived"]
                ),
                tuple(one for alias, one in named.items() if alias in others | absent),
            )

    def _surveyed(self, installation: int, seen: SeenRepository, answer: Json) -> Surveyed:
        owner, _, name = answer["nameWithOwner"].partition("/")
        seen = replace(seen, owner=owner, name=name)
        page = answer["pullRequests"]
        pulls = [_pull(one) for one in page["nodes"] if one]
        while page["pageInfo"]["hasNextPage"] and len(pulls) < _MOST_PULLS:
            page = self._more(installation, seen, page["pageInfo"]["endCursor"])
            pulls += [_pull(one) for one in page["nodes"] if one]
        groups = tuple(_group(one) for one in answer["refs"]["nodes"] if one and one.get("target"))
        return Surveyed(seen, (answer["defaultBranchRef"] or {}).get("name") or "", tuple(pulls), groups)

    def _more(self, installation: int, seen: SeenRepository, after: str) -> Json:
        text = (
            "query SweepOn($app:Int!,$check:String!,$o:String!,$n:String!,$after:String!){repository(owner:$o,name:$n)"
            f"{{pullRequests(states:OPEN,first:100,after:$after){{{_PULLS}}}}}}}"
        )
        data, _ = self._graphql(installation, text, {"o": seen.owner, "n": seen.name, "after": after})
        page: Json = data["repository"]["pullRequests"]
        return page

    def _graphql(self, installation: int, text: str, variables: Json) -> tuple[Json, frozenset[str]]:
        """The data, as far as there is any, and what is not there; what GitHub failed at is looked at next time."""
        key = (installation, None, tuple(sorted(READ.items())))
        body = {"query": text, "variables": {"app": self._repositories.app_id, "check": NAME, **variables}}
        headers, answer = self._repositories.send(key, "POST", "/graphql", _DOING, body)
        data = answer.get("data") if isinstance(answer, dict) else None
        errors = answer.get("errors") if isinstance(answer, dict) else None
        absent = _absent(errors)
        if isinstance(data, dict) and (any(data.values()) or (errors and len(absent) == len(errors))):
            return data, absent
        failed = error_in_graphql(errors, headers, _DOING, self._repositories.clock)
        self._repositories.noticed(installation, failed)
        raise failed


def _absent(errors: Any) -> frozenset[str]:
    """The fields of the query itself that name nothing GitHub has, or shows us."""
    listed = errors if isinstance(errors, list) else ()
    places = [one.get("path") for one in listed if isinstance(one, dict) and one.get("type") == "NOT_FOUND"]
    return frozenset(str(place[0]) for place in places if isinstance(place, list) and len(place) == 1)


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
