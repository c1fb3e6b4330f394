"""Read package.json, .nvmrc and .node-version."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from bot.core.drafting.manifests.manifest import (
    MAX_NAMES,
    Evidence,
    Manifest,
    Stack,
    at_least,
    is_name,
    joined,
    json_object,
    table,
    text_of,
    version,
    words,
)

_TOOLS = {
    "vitest": "Vitest",
    "jest": "Jest",
    "@jest/core": "Jest",
    "ts-jest": "Jest",
    "mocha": "Mocha",
    "ava": "AVA",
    "jasmine": "Jasmine",
    "karma": "Karma",
    "@playwright/test": "Playwright",
    "playwright": "Playwright",
    "cypress": "Cypress",
    "@testing-library/react": "React Testing Library",
    "@testing-library/vue": "Vue Testing Library",
    "@testing-library/svelte": "Svelte Testing Library",
    "@wdio/cli": "WebdriverIO",
    "tap": "tap",
    "uvu": "uvu",
}
_BROWSER = ("react-dom", "vue", "svelte", "@angular/core", "solid-js", "preact", "lit", "next", "nuxt", "astro")
_SERVICE = ("express", "fastify", "koa", "hono", "@nestjs/core", "@hapi/hapi", "restify", "elysia")
_MOBILE = ("react-native", "expo", "@capacitor/core", "@ionic/core", "nativescript")
_DESKTOP = ("electron", "@tauri-apps/api")


def read_package_json(source: Manifest) -> Stack | None:
    """Read a package or the root of a workspace."""
    document = json_object(source.text)
    if not document:
        return None
    needed, for_work = table(document, "dependencies"), table(document, "devDependencies")
    everything = {**needed, **for_work, **table(document, "peerDependencies")}
    return Stack(
        source.path,
        _language(source, document, everything),
        tuple(
            source.known(joined(name, version(text_of(value), 1)), f'"{name}"')
            for name, value in islice(needed.items(), MAX_NAMES)
            if is_name(name) and not name.startswith("@types/") and name != "typescript" and name not in _TOOLS
        ),
        _testing(source, document, everything),
        _kinds(source, document, everything),
        _members(document),
        (source.known("modern browsers", f'"{_first(_BROWSER, everything)}"'),) if _first(_BROWSER, everything) else (),
        name=text_of(document.get("name")),
    )


def _first(names: tuple[str, ...], among: dict[str, Any]) -> str:
    return next((name for name in names if name in among), "")


def _members(document: dict[str, Any]) -> tuple[str, ...]:
    spaces = document.get("workspaces")
    return words(spaces) or words(table({"it": spaces}, "it").get("packages"))


def _language(source: Manifest, document: dict[str, Any], everything: dict[str, Any]) -> Evidence:
    if "typescript" in everything:
        return source.known(joined("TypeScript", version(text_of(everything["typescript"]))), '"typescript"')
    node = at_least(text_of(table(document, "engines").get("node")))
    return source.known(f"JavaScript (Node.js {node})" if node else "JavaScript", '"node"' if node else "")


def _testing(source: Manifest, document: dict[str, Any], everything: dict[str, Any]) -> tuple[Evidence, ...]:
    tools: dict[str, Evidence] = {}
    for name, tool in _TOOLS.items():
        if name in everything:
            tools.setdefault(tool, source.known(tool, f'"{name}"'))
    script = text_of(table(document, "scripts").get("test"))
    if not tools and re.search(r"\bnode\b[^&|;]{0,80}--test\b", script[:500]):
        tools["node:test"] = source.known("node:test", '"test"')
    if not tools and re.match(r"\s*bun test\b", script[:500]):
        tools["bun test"] = source.known("bun test", '"test"')
    return tuple(tools.values())


def _kinds(source: Manifest, document: dict[str, Any], everything: dict[str, Any]) -> tuple[Evidence, ...]:
    kinds = []
    for kind, names in (
        ("mobile app", _MOBILE),
        ("desktop app", _DESKTOP),
        ("web app", _BROWSER),
        ("web service", _SERVICE),
    ):
        name = _first(names, everything)
        if name:
            kinds.append(source.known(kind, f'"{name}"'))
    if "bin" in document:
        kinds.append(source.known("command line", '"bin"'))
    elif not kinds and not document.get("private") and ("main" in document or "exports" in document):
        kinds.append(source.known("library", '"exports"' if "exports" in document else '"main"'))
    return tuple(kinds)


def read_nvmrc(source: Manifest) -> Stack | None:
    """Read `.nvmrc` or `.node-version`: the version of Node.js."""
    match = re.match(r"\s*v?([0-9]+)(?:\.[0-9]+){0,2}\s*$", source.lines[0][:20] if source.lines else "")
    return Stack(source.path, source.known(f"Node.js {match[1]}")) if match else None
