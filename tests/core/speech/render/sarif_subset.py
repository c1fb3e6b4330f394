"""What SARIF 2.1.0 demands of the parts that we write, as a JSON Schema written from the specification's own sections.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; stricter than the official schema in one way: nothing
that is not named here may occur, so that a new field is looked up before it is written.
"""

from __future__ import annotations

from typing import Any


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


_TEXT = {"type": "string", "minLength": 1}
_POSITIVE = {"type": "integer", "minimum": 1}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}  # §3.27.10

_RULE = _object(  # reportingDescriptor, §3.49
    ["id"],
    id=_TEXT,
    name=_TEXT,  # §3.49.7
    fullDescription=_object(["text"], text=_TEXT),
    shortDescription=_object(["text"], text=_TEXT),
    help=_object(["text"], text=_TEXT, markdown=_TEXT),  # §3.12.4: Markdown only beside plain text
    helpUri={"type": "string", "format": "uri"},
    defaultConfiguration=_object([], level=_LEVEL, enabled={"type": "boolean"}),
    properties={"type": "object", "properties": {"tags": {"type": "array", "uniqueItems": True}}},  # §3.8
)
_REGION = _object(  # §3.30: a text region by line and column; the end column is the one after the last character
    ["startLine"], startLine=_POSITIVE, endLine=_POSITIVE, startColumn=_POSITIVE, endColumn=_POSITIVE
)
_ARTIFACT = _object(["uri"], uri={"type": "string", "format": "uri-reference"}, uriBaseId=_TEXT)  # §3.4
_PLACE = _object(["artifactLocation"], artifactLocation=_ARTIFACT, region=_REGION)  # §3.29
_REPLACEMENT = _object(  # §3.57
    ["deletedRegion"], deletedRegion=_REGION, insertedContent=_object(["text"], text={"type": "string"})
)
_FIX = _object(  # §3.55
    ["artifactChanges"],
    description=_object(["text"], text=_TEXT),
    artifactChanges={
        "type": "array",
        "minItems": 1,
        "items": _object(  # §3.56
            ["artifactLocation", "replacements"],
            artifactLocation=_ARTIFACT,
            replacements={"type": "array", "minItems": 1, "items": _REPLACEMENT},
        ),
    },
)
_RESULT = _object(  # §3.27
    ["message"],
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": -1},
    level=_LEVEL,
    message=_object(["text"], text=_TEXT),  # §3.11
    locations={"type": "array", "items": _object([], physicalLocation=_PLACE)},
    fixes={"type": "array", "items": _FIX},  # §3.27.30
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}},  # §3.27.17
)
SCHEMA = _object(  # sarifLog, §3.13
    ["version", "runs"],
    version={"const": "2.1.0"},
    runs={
        "type": ["array", "null"],
        "items": _object(  # run, §3.14
            ["tool"],
            tool=_object(  # §3.18, §3.19
                ["driver"],
                driver=_object(
                    ["name"], name=_TEXT, version=_TEXT, rules={"type": "array", "items": _RULE, "uniqueItems": True}
                ),
            ),
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},  # §3.14.17
            results={"type": "array", "items": _RESULT},
        ),
    },
)
SCHEMA["properties"]["$schema"] = {"type": "string", "format": "uri"}
