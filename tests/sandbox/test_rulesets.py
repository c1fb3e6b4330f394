"""A ruleset that requires a check from one App, created by an administrator with the recipe that Plangate prints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from bot.core.hosting.ruleset import ruleset, ruleset_command
from bot.sandbox.errors import ApiError
from bot.sandbox.validation import schemas

if TYPE_CHECKING:
    from bot.sandbox.state import CheckRun
    from tests.sandbox.scene import Stage

OPERATIONS = {"acme/server": "repos/create-repo-ruleset", "acme": "repos/create-org-ruleset"}


def body_of(command: str) -> Any:
    """What `gh api --input -` would send."""
    return json.loads(command.partition("<<'JSON'\n")[2].removesuffix("JSON\n"))


def path_of(command: str) -> str:
    return "/" + command.split(" --input", maxsplit=1)[0].rsplit(maxsplit=1)[-1]


def posted(stage: Stage, where: str, app: int, login: str = "acme") -> tuple[int, Any]:
    """Run the recipe as a person: the status and the answer."""
    command = ruleset_command(app, where)
    client = stage.github3(stage.world.user_token(login))
    response = client.session.post(f"{stage.world.url}{path_of(command)}", json=body_of(command))
    return response.status_code, response.json()


def reported(stage: Stage, conclusion: str, *, by: str = "plangate") -> CheckRun:
    """A completed run `plangate` on the branch `001-a`, by our App or by another one."""
    world = stage.world
    app = world.app if by == "plangate" else world.create_app(by)
    installation = stage.installation if app is world.app else world.install("acme", [stage.repository], app=app)
    run = {
        "name": "plangate",
        "head_sha": stage.repository.branch("001-a"),
        "status": "completed",
        "conclusion": conclusion,
    }
    client = stage.github3(world.token(installation).value)
    answer = client.session.post(f"{world.url}/repos/acme/server/check-runs", json=run)
    assert answer.status_code == 201, answer.text
    return stage.repository.runs[answer.json()["id"]]


@pytest.mark.parametrize("where", OPERATIONS)
def test_the_recipe_is_what_github_describes(where: str) -> None:
    body = body_of(ruleset_command(7, where))
    schema = schemas()[OPERATIONS[where]]
    jsonschema_rs.Draft4Validator(schema).validate(body)
    (rule,) = body["rules"]
    described = next(
        option
        for option in schema["properties"]["rules"]["items"]["oneOf"]
        if option["properties"]["type"]["enum"] == ["required_status_checks"]
    )
    jsonschema_rs.Draft4Validator(described).validate(rule)
    parameters = described["properties"]["parameters"]["properties"]
    assert set(rule["parameters"]) <= set(parameters)
    assert set(body) <= set(schema["properties"])
    check = parameters["required_status_checks"]["items"]["properties"]
    assert {key for each in rule["parameters"]["required_status_checks"] for key in each} == set(check)


@pytest.mark.parametrize("where", OPERATIONS)
def test_a_red_run_of_this_app_keeps_the_branch_from_being_merged(stage: Stage, where: str) -> None:
    stage.world.push(stage.repository, "001-a", {"a.md": "# A\n"}, author="ada")
    pull = stage.world.open_pull_request(stage.repository, "001-a", author="ada")
    status, answer = posted(stage, where, stage.world.app.id)
    assert (status, answer["source"]) == (201, where)
    with pytest.raises(ApiError, match="is expected"):
        stage.world.merge(pull)
    reported(stage, "failure")
    with pytest.raises(ApiError, match="is expected"):
        stage.world.merge(pull)
    reported(stage, "success", by="somebody")
    with pytest.raises(ApiError, match="is expected"):
        stage.world.merge(pull)
    reported(stage, "success")
    stage.world.merge(pull)
    assert not pull.open


@pytest.mark.parametrize("where", OPERATIONS)
def test_the_rules_of_the_branch_name_the_app(stage: Stage, where: str) -> None:
    posted(stage, where, stage.world.app.id)
    url = f"{stage.world.url}/repos/acme/server/rules/branches/main"
    (rule,) = stage.github3().session.get(url).json()
    assert rule["ruleset_source"] == where
    (check,) = rule["parameters"]["required_status_checks"]
    assert check == {"context": "plangate", "integration_id": stage.world.app.id}


@pytest.mark.parametrize("where", OPERATIONS)
def test_nobody_but_an_administrator_requires_anything(stage: Stage, where: str) -> None:
    assert posted(stage, where, stage.world.app.id, login="ada")[0] == 404
    path = path_of(ruleset_command(7, where))
    refused = stage.github3().session.post(f"{stage.world.url}{path}", json=ruleset(7, organization="/" not in where))
    assert refused.status_code in {403, 404}, "the App itself has no such right"
    assert stage.repository.rulesets == {}


def test_a_disabled_ruleset_requires_nothing(stage: Stage) -> None:
    command = ruleset_command(stage.world.app.id, "acme/server")
    client = stage.github3(stage.world.user_token("acme"))
    url = f"{stage.world.url}{path_of(command)}"
    assert client.session.post(url, json=body_of(command) | {"enforcement": "disabled"}).status_code == 201
    assert stage.repository.requirements() == []
    assert client.session.post(url, json=body_of(command) | {"enforcement": "on"}).status_code == 422
