"""GitHub's official descriptions as a judge of what reached the sandbox and of what left it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs

if TYPE_CHECKING:
    from bot.sandbox.requests_log import Request
    from bot.sandbox.state import Delivery
    from bot.sandbox.world import World

OFFICIAL = Path(__file__).parent / "official"
# Where the descriptions are known to be wrong or to lack what github.com does: `operation status` or event -> the
# places (JSON pointers into the answer, `*` for any index) that may differ, with the reason.
_GONE = "null once the fork is deleted, which the description does not know"
_OLD = "the description's list of events is older than merge_group"
ALLOWED: dict[str, dict[str, str]] = {
    "apps/list-installations 200": {"*/account": "asks for a user and an enterprise at once (allOf instead of anyOf)"},
    "pulls/get 200": {"head/user": _GONE, "head/repo": _GONE},
    "check_suite.requested": {"check_suite/app/events/*": _OLD},
    "pull_request.closed": {"pull_request/head/user": _GONE, "pull_request/head/repo": _GONE},
    "check_suite.completed": {"check_suite/app/events/*": _OLD},
    "check_suite.rerequested": {"check_suite/app/events/*": _OLD},
}


ALLOWED_TO_LACK = {
    "/issue/draft": "recorded while every issue had it; today only pull requests do",
    "/changes/owner/from/user": "the recorded repositories belonged to people, and an organization's has its own key",
}


UNDESCRIBED = {
    "pull_request.stacked": "in public preview; the vendored description is older",
    "installation.new_permissions_accepted": "no part of the vendored description yet",
}


@cache
def _load(name: str) -> tuple[dict[str, Any], jsonschema_rs.Registry]:
    text = json.loads((OFFICIAL / name).read_text())
    address = f"https://contract.invalid/{name}"
    return text, jsonschema_rs.Registry([(address, text)])


@cache
def _validator(name: str, pointer: str) -> Any:
    _, registry = _load(name)
    schema = {"$ref": f"https://contract.invalid/{name}#{pointer}"}
    return jsonschema_rs.Draft202012Validator(schema, registry=registry, validate_formats=True)


def _pointer(*parts: str) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def _short(error: Any) -> str:
    """Why, without the instance, which is long."""
    why = error.message.rpartition("}")[2] if error.message.startswith("{") else error.message
    return f"{why[:200]} ({'/'.join(map(str, error.schema_path))[-120:]})"


def _problems(where: str, validator: Any, value: Any) -> list[str]:
    problems_found = []
    for error in validator.iter_errors(value):
        place = "/".join("*" if isinstance(part, int) else str(part) for part in error.instance_path)
        if place not in ALLOWED.get(where, {}):
            problems_found.append(f"{where} at {place or 'the top'}: {_short(error)}")
    return problems_found


def query_problems(request: Request) -> list[str]:
    """What the description has against a query. GitHub overlooks a name that it does not know: so do typing errors."""
    described = _load("answers.json")[0]["operations"][request.operation]["query"]
    problems = [f"{request.operation}: no query parameter {name}" for name in request.query if name not in described]
    problems += [
        f"{request.operation}: lacks the query parameter {name}"
        for name, schema in described.items()
        if schema.get("required") is True and name not in request.query
    ]
    for name, value in request.query.items():
        schema = {key: constraint for key, constraint in described.get(name, {}).items() if key != "required"}
        parsed = int(value) if schema.get("type") == "integer" and value.lstrip("-").isdigit() else value
        parsed = {"true": True, "false": False}.get(value, value) if schema.get("type") == "boolean" else parsed
        if not jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(parsed):
            problems.append(f"{request.operation}: {name}={value[:60]} is not what the description wants")
    return problems


def asked_problems(request: Request) -> list[str]:
    """What the official description has against a request. One that was refused may well be wrong."""
    described = _load("answers.json")[0]["operations"].get(request.operation)
    if described is None or request.status >= 400:
        return []
    broken = query_problems(request)
    if described["request"] is not None and request.body:
        pointer = _pointer("operations", request.operation, "request")
        broken += _problems(f"{request.operation} request", _validator("answers.json", pointer), request.body)
    return broken


def answer_problems(request: Request) -> list[str]:
    """What the official description has against the answer to a request."""
    described = _load("answers.json")[0]["operations"].get(request.operation)
    if described is None or isinstance(request.response, bytes):  # a page in place of JSON
        return []
    status = str(request.status)
    if status in described["answers"] and described["answers"][status] is not None:
        pointer = _pointer("operations", request.operation, "answers", status)
        return _problems(f"{request.operation} {status}", _validator("answers.json", pointer), request.response)
    if request.status < 300 and status not in described["answers"]:
        return [f"{request.operation}: the description knows no answer {status}"]
    return []


def delivery_problems(delivery: Delivery) -> list[str]:
    """What the official description has against a delivery."""
    key = delivery.event if delivery.action is None else f"{delivery.event}.{delivery.action}"
    contract = _load("webhooks.json")[0]
    if key not in contract["events"]:
        return [] if key in UNDESCRIBED else [f"{key} is not described"]
    broken = _problems(key, _validator("webhooks.json", _pointer("events", key)), delivery.payload)
    if delivery.request_headers:
        sent = {name.lower() for name in delivery.request_headers}
        broken += [f"{key}: no header {name}" for name in contract["headers"] if name.lower() not in sent]
    return broken


def _lacks(value: Any, place: list[str]) -> bool:
    """Whether a payload has nothing at a place. What is null or empty above it says nothing about it."""
    if not place or value is None:
        return False
    if isinstance(value, list):
        return any(_lacks(child, place[1:]) for child in value)
    return place[0] not in value or _lacks(value[place[0]], place[1:])


def recorded_problems(delivery: Delivery) -> list[str]:
    """Where all payloads that GitHub was recorded to send have something, and this one has not."""
    key = delivery.event if delivery.action is None else f"{delivery.event}.{delivery.action}"
    places = json.loads((OFFICIAL / "recorded.json").read_text()).get(key, [])
    lacking = [place for place in places if _lacks(delivery.payload, place.split("/")[1:])]
    return [f"{key} lacks {place}" for place in lacking if not place.startswith(tuple(ALLOWED_TO_LACK))]


def problems(world: World) -> list[str]:
    """Everything that the descriptions have against a world, each once."""
    broken = [
        problem for request in world.requests for problem in (*asked_problems(request), *answer_problems(request))
    ]
    broken += [problem for delivery in world.deliveries.log for problem in delivery_problems(delivery)]
    return list(dict.fromkeys(broken))


def testify(world: World) -> None:
    """Raise `AssertionError` when a world's talk is not GitHub's."""
    broken = problems(world)
    assert not broken, "\n".join(broken)
