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
    pruned = {key: value for key, value in schema.items() if key not in _PROSE}
    return {
        key: {name: strip(child) for name, child in value.items()} if key == "properties" else strip(value)
        for key, value in pruned.items()
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
    by_id = described(root)
    bodies = {}
    for operation in sorted(operations()):
        content = by_id[operation].get("requestBody", {}).get("content", {})
        if "application/json" in content:
            bodies[operation] = strip(resolve(content["application/json"]["schema"], root))
    return json.dumps(bodies, indent=1, sort_keys=True) + "\n"


def closure(wanted: Any, root: Json) -> Json:
    """The component schemas that something refers to, and those that they refer to."""
    schemas: Json = {}
    waiting = [wanted]
    while waiting:
        schema = waiting.pop()
        if isinstance(schema, list):
            waiting.extend(schema)
        elif isinstance(schema, dict):
            waiting.extend(schema.values())
            name = str(schema.get("$ref", "")).removeprefix("#/components/schemas/")
            if name and name not in schemas:
                schemas[name] = strip(root["components"]["schemas"][name])
                waiting.append(schemas[name])
    return dict(sorted(schemas.items()))


def nullable(schema: Any) -> Any:
    """OpenAPI 3.0's `nullable` in the form of JSON Schema."""
    if isinstance(schema, list):
        return [nullable(option) for option in schema]
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
    parameters = {}
    for reference in operation.get("parameters", []):
        parameter = resolve(reference, root)
        if parameter["in"] == "query":
            parameters[parameter["name"]] = strip(parameter["schema"]) | (
                {"required": True} if parameter.get("required") else {}
            )
    return parameters


def prune_answers(root: Json) -> str:
    """Requests and answers by operation id and status, with the schemas that they share."""
    by_id = described(root)
    pruned = {}
    for operation in sorted(operations()):
        description = by_id[operation]
        body = description.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        answers = {status: _answer(response, root) for status, response in description["responses"].items()}
        pruned[operation] = {
            "method": description["method"],
            "path": description["path"],
            "query": _query(description, root),
            "request": strip(body),
            "answers": answers,
        }
    return _compact(nullable({"operations": pruned, "components": {"schemas": closure(pruned, root)}}))


def prune_webhooks(root: Json) -> str:
    """Payloads by `event` or `event.action`, with the schemas that they share, and the headers of a delivery."""
    hooks = {hook["post"]["operationId"]: hook["post"] for hook in root["webhooks"].values()}
    pruned, headers = {}, set()
    for event, actions in SENT.items():
        for action in actions.split() or [""]:
            hook = hooks[f"{event}/{action}".rstrip("/").replace("_", "-")]
            schema = hook["requestBody"]["content"]["application/json"]["schema"]
            pruned[f"{event}.{action}".rstrip(".")] = strip(schema)
            headers |= {parameter["name"] for parameter in hook["parameters"] if parameter.get("required")}
    shared = {"schemas": closure(pruned, root)}
    return _compact({"events": pruned, "components": shared, "headers": sorted(headers)})


def prune_examples(examples: list[Json]) -> str:
    """The places that all recorded payloads of an event have, as JSON pointers with `*` for any index."""
    actions: dict[str, set[str]] = {}
    for example in examples:
        event = example["name"]
        for payload in example["examples"] if event in SENT else ():
            action = payload.get("action", "")
            key = f"{event}.{action}".rstrip(".")
            if action in SENT[event].split() or not SENT[event]:
                places = set(_places(payload, ""))
                actions[key] = actions.get(key, places) & places
    actions.pop("ping", None)  # the recorded ones are of repositories' webhooks, not of an App's
    return json.dumps({key: sorted(places) for key, places in sorted(actions.items())}, indent=0) + "\n"


def _places(value: Any, place: str) -> Iterator[str]:
    """The places in a payload, without those inside parts that differ from repository to repository."""
    if isinstance(value, list):
        for child in value:
            yield from _places(child, f"{place}/*")
    elif isinstance(value, dict) and place.rpartition("/")[2] not in _FURNITURE:
        for key, child in value.items():
            yield f"{place}/{key}"
            yield from _places(child, f"{place}/{key}")


def _compact(value: Any) -> str:
    return json.dumps(value, indent=None, separators=(",", ":"), sort_keys=True).replace('"},"', '"},\n"') + "\n"
