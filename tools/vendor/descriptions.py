"""GitHub's REST and webhook descriptions, cut down to what the sandbox answers and sends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.sandbox.routing import operations

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROSE = {
    "description",
    "summary",
    "example",
    "examples",
    "externalDocs",
    "title",
    "deprecated",
    "x-github-breaking-changes",
    "x-multi-segment",
}
_FURNITURE = {"permissions", "assignee", "license", "milestone", "app", "parent", "source", "auto_merge"}
SENT = {
    "check_run": "completed created requested_action rerequested",
    "check_suite": "completed requested rerequested",
    "create": "",
    "delete": "",
    "installation": "created deleted suspend unsuspend",
    "installation_repositories": "added removed",
    "issue_comment": "created deleted edited",
    "issues": "closed edited opened reopened",
    "merge_group": "checks_requested destroyed",
    "ping": "",
    "pull_request": "closed converted_to_draft dequeued edited enqueued opened ready_for_review reopened synchronize",
    "pull_request_review": "submitted",
    "push": "",
    "repository": "deleted renamed transferred",
}
"""The events that the sandbox delivers, with their actions."""

Json = dict[str, Any]


def strip(schema: Any) -> Any:
    """A JSON schema without its prose. A property that happens to be called `title` stays."""
    if isinstance(schema, list):
        return [strip(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key not in _PROSE}
    return {
        key: {name: strip(one) for name, one in value.items()} if key == "properties" else strip(value)
        for key, value in kept.items()
    }


def resolve(schema: Any, root: Json, depth: int = 0) -> Any:
    """The schema with its references put in place (request bodies are small and not recursive)."""
    if depth > 40:  # noqa: PLR2004 -- far deeper than any body of GitHub's
        raise SystemExit("a request schema refers to itself")
    if isinstance(schema, list):
        return [resolve(item, root, depth + 1) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return resolve(target, root, depth + 1)
    return {key: resolve(value, root, depth + 1) for key, value in schema.items()}


def described(root: Json) -> dict[str, Json]:
    """The operations of an OpenAPI description by operation id, each with its `method` and `path`."""
    return {
        operation["operationId"]: {**operation, "method": method.upper(), "path": path}
        for path, methods in root["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict) and "operationId" in operation
    }


def prune_requests(root: Json) -> str:
    """The JSON bodies that GitHub accepts, by operation id."""
    known = described(root)
    bodies = {}
    for operation in sorted(operations()):
        content = known[operation].get("requestBody", {}).get("content", {})
        if "application/json" in content:
            bodies[operation] = strip(resolve(content["application/json"]["schema"], root))
    return json.dumps(bodies, indent=1, sort_keys=True) + "\n"


def closure(wanted: Any, root: Json) -> Json:
    """The component schemas that something refers to, and those that they refer to."""
    found: Json = {}
    waiting = [wanted]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            waiting.extend(one.values())
            name = str(one.get("$ref", "")).removeprefix("#/components/schemas/")
            if name and name not in found:
                found[name] = strip(root["components"]["schemas"][name])
                waiting.append(found[name])
    return dict(sorted(found.items()))


def nullable(schema: Any) -> Any:
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(schema, list):
        return [nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: nullable(value) for key, value in schema.items() if key != "nullable"}
    if not schema.get("nullable") or isinstance(schema["nullable"], dict):
        return changed
    return {"anyOf": [changed, {"type": "null"}]}


def _answer(response: Json, root: Json) -> Any:
    if "$ref" in response:
        response = root["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return strip(response.get("content", {}).get("application/json", {}).get("schema", None))


def _query(operation: Json, root: Json) -> Json:
    """The query parameters of an operation: name -> schema, with `required` among its keys when it must be there."""
    found = {}
    for given in operation.get("parameters", []):
        one = resolve(given, root)
        if one["in"] == "query":
            found[one["name"]] = strip(one["schema"]) | ({"required": True} if one.get("required") else {})
    return found


def prune_answers(root: Json) -> str:
    """Requests and answers by operation id and status, with the schemas that they share."""
    known = described(root)
    kept = {}
    for operation in sorted(operations()):
        one = known[operation]
        body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        answers = {status: _answer(response, root) for status, response in one["responses"].items()}
        kept[operation] = {
            "method": one["method"],
            "path": one["path"],
            "query": _query(one, root),
            "request": strip(body),
            "answers": answers,
        }
    return _compact(nullable({"operations": kept, "components": {"schemas": closure(kept, root)}}))


def prune_webhooks(root: Json) -> str:
    """Payloads by `event` or `event.action`, with the schemas that they share, and the headers of a delivery."""
    hooks = {one["post"]["operationId"]: one["post"] for one in root["webhooks"].values()}
    kept, headers = {}, set()
    for event, actions in SENT.items():
        for action in actions.split() or [""]:
            one = hooks[f"{event}/{action}".rstrip("/").replace("_", "-")]
            schema = one["requestBody"]["content"]["application/json"]["schema"]
            kept[f"{event}.{action}".rstrip(".")] = strip(schema)
            headers |= {parameter["name"] for parameter in one["parameters"] if parameter.get("required")}
    shared = {"schemas": closure(kept, root)}
    return _compact({"events": kept, "components": shared, "headers": sorted(headers)})


def prune_examples(examples: list[Json]) -> str:
    """The places that all recorded payloads of an event have, as JSON pointers with `*` for any index."""
    found: dict[str, set[str]] = {}
    for example in examples:
        event = example["name"]
        for payload in example["examples"] if event in SENT else ():
            action = payload.get("action", "")
            key = f"{event}.{action}".rstrip(".")
            if action in SENT[event].split() or not SENT[event]:
                places = set(_places(payload, ""))
                found[key] = found.get(key, places) & places
    found.pop("ping", None)  # all that were recorded are of repositories' webhooks, none is of an App's
    return json.dumps({key: sorted(places) for key, places in sorted(found.items())}, indent=0) + "\n"


def _places(value: Any, at: str) -> Iterator[str]:
    """Where something stands, but for what depends on how a repository is furnished."""
    if isinstance(value, list):
        for one in value:
            yield from _places(one, f"{at}/*")
    elif isinstance(value, dict) and at.rpartition("/")[2] not in _FURNITURE:
        for key, one in value.items():
            yield f"{at}/{key}"
            yield from _places(one, f"{at}/{key}")


def _compact(value: Any) -> str:
    return json.dumps(value, indent=None, separators=(",", ":"), sort_keys=True).replace('"},"', '"},\n"') + "\n"
