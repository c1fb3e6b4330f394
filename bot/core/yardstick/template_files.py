"""Which files make up the plan template: overrides, presets, extensions, core, in Spec Kit's own order.

The order and the ways to compose are those of Spec Kit's `resolve_template_content` (scripts/bash/common.sh and
presets/ARCHITECTURE.md in github/spec-kit). Where Spec Kit stops with an error (a malformed manifest, an unknown
strategy, nothing to append to), the layer is left out instead: a broken preset must not keep a plan from being judged.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import yaml

from bot.core.change.trees import Readability

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from bot.core.change.trees import Document

NAME = "plan-template"
SPEC_NAME = "spec-template"
"""The spec template's name. Drafts are made from that template, and the same rules find it."""
LEAN = "lean"
"""The id of the preset that has commands only, so that its plans have no fixed sections."""
MAX_PACKAGES = 64
"""Presets or extensions that are looked at; the others are ignored."""
MAX_MANIFEST = 65_536
"""Characters of a registry or manifest; YAML is slow, and real ones have under 10,000."""
MAX_EVENTS = 2_000
"""Scalars, and beginnings and ends of collections, in a manifest of a preset."""
MAX_DEPTH = 16
"""Levels of a manifest of a preset."""
MAX_COMPOSED = 1_000_000
"""Characters of a composed template; a layer that would make it longer is left out."""

_DEFAULT_PRIORITY = 10
_ID = re.compile(r"[a-z0-9-]{1,100}")
_WRAPPED = "{CORE_TEMPLATE}"


class Strategy(StrEnum):
    """What a layer does with the layers below it."""

    REPLACE = "replace"
    PREPEND = "prepend"
    APPEND = "append"
    WRAP = "wrap"


@dataclass(frozen=True, slots=True)
class TemplateLayer:
    """A file that takes part in the template."""

    path: str
    text: str
    strategy: Strategy = Strategy.REPLACE


def fixed_paths(root: str, name: str = NAME) -> tuple[str, ...]:
    """The paths that are known beforehand, below `root` (`""` or `apps/a/`); `name` is the template's."""
    return (
        f"{root}.specify/templates/overrides/{name}.md",
        f"{root}.specify/presets/.registry",
        f"{root}.specify/extensions/.registry",
        f"{root}.specify/templates/{name}.md",
        f"{root}templates/{name}.md",
    )


def further_paths(
    documents: Mapping[str, Document], tree_paths: Collection[str], root: str, name: str = NAME
) -> tuple[str, ...]:
    """The paths that the registries and manifests among `documents` name. `tree_paths` are paths of the tree."""
    paths: list[str] = []
    for preset in _presets(documents, tree_paths, root):
        base = f"{root}.specify/presets/{preset}/"
        manifest = f"{base}preset.yml"
        named, _ = _from_manifest(documents.get(manifest), name)
        paths += [manifest, *([base + named] if named else []), *_conventional(base, name)]
    for extension in _extensions(documents, tree_paths, root):
        paths += _conventional(f"{root}.specify/extensions/{extension}/", name)
    return tuple(dict.fromkeys(paths))


def lean(documents: Mapping[str, Document], root: str) -> bool:
    """Whether the lean preset is installed and enabled below `root`."""
    return LEAN in _presets(documents, (), root)


def layers(documents: Mapping[str, Document], root: str, name: str = NAME) -> tuple[TemplateLayer, ...]:
    """The files that take part, the strongest first; the last one replaces everything below. Empty if none does."""
    templates: list[TemplateLayer] = []
    for layer in _stack(documents, root, name):
        templates.append(layer)
        if layer.strategy is Strategy.REPLACE:
            return tuple(templates)
    return ()


def compose(stack: Iterable[TemplateLayer]) -> str:
    """The text of a stack whose last layer replaces; a wrapper without a place for the wrapped text is left out."""
    content = ""
    for layer in reversed(tuple(stack)):
        match layer.strategy:
            case Strategy.REPLACE:
                composed = layer.text
            case Strategy.PREPEND:
                composed = f"{layer.text}\n\n{content}"
            case Strategy.APPEND:
                composed = f"{content}\n\n{layer.text}"
            case Strategy.WRAP:
                places = layer.text.count(_WRAPPED)
                if not places or places * len(content) > MAX_COMPOSED:
                    continue
                composed = layer.text.replace(_WRAPPED, content)
        if layer.strategy is Strategy.REPLACE or len(composed) <= MAX_COMPOSED:
            content = composed
    return content


def _stack(documents: Mapping[str, Document], root: str, name: str) -> Iterable[TemplateLayer]:
    override, _, _, core, older = fixed_paths(root, name)
    if (text := _text(documents.get(override))) is not None:
        yield TemplateLayer(override, text)
    for preset in _presets(documents, documents, root):
        base = f"{root}.specify/presets/{preset}/"
        named, strategy = _from_manifest(documents.get(f"{base}preset.yml"), name)
        candidates = ([base + named] if named else []) + _conventional(base, name)
        path = next((path for path in candidates if _text(documents.get(path)) is not None), None)
        if path is not None and strategy is not None:
            yield TemplateLayer(path, documents[path].text, strategy)
    for extension in _extensions(documents, documents, root):
        for path in _conventional(f"{root}.specify/extensions/{extension}/", name):
            if (text := _text(documents.get(path))) is not None:
                yield TemplateLayer(path, text)
                break
    for path in (core, older):
        if (text := _text(documents.get(path))) is not None:
            yield TemplateLayer(path, text)


def _conventional(base: str, name: str) -> list[str]:
    return [f"{base}templates/{name}.md", f"{base}{name}.md"]


def _text(document: Document | None) -> str | None:
    return document.text if document is not None and document.reading is Readability.WHOLE else None


def _presets(documents: Mapping[str, Document], tree_paths: Collection[str], root: str) -> list[str]:
    """Ids of the presets, the strongest first: those in the registry, else every folder."""
    folder = f"{root}.specify/presets/"
    registered = _registry(documents.get(f"{folder}.registry"), "presets")
    if registered is None:
        return _folders(tree_paths, folder)[:MAX_PACKAGES]
    return _ordered(registered)


def _extensions(documents: Mapping[str, Document], tree_paths: Collection[str], root: str) -> list[str]:
    """Ids of the extensions: registered ones by priority, other folders at the default. None if the registry is bad."""
    folder = f"{root}.specify/extensions/"
    document = documents.get(f"{folder}.registry")
    registered = _registry(document, "extensions")
    if registered is None:
        if document is not None:
            return []
        registered = {}
    for name in _folders(tree_paths, folder):
        registered.setdefault(name, {})
    return _ordered(registered)


def _ordered(registered: Mapping[str, Any]) -> list[str]:
    enabled = [
        (_priority(about), name)
        for name, about in registered.items()
        if _ID.fullmatch(name) and isinstance(about, dict) and about.get("enabled", True) is not False
    ]
    return [name for _, name in sorted(enabled)[:MAX_PACKAGES]]


def _priority(about: Mapping[str, Any]) -> int:
    priority = about.get("priority", _DEFAULT_PRIORITY)
    if isinstance(priority, bool) or not isinstance(priority, int) or priority < 1:
        return _DEFAULT_PRIORITY
    return priority


def _registry(document: Document | None, key: str) -> dict[str, Any] | None:
    """The registry's entries, None where it is absent or is not a registry."""
    text = _text(document)
    if text is None or len(text) > MAX_MANIFEST * 4:
        return None
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return None
    entries = parsed.get(key, {}) if isinstance(parsed, dict) else None
    return dict(entries) if isinstance(entries, dict) else None


def _folders(tree_paths: Collection[str], folder: str) -> list[str]:
    """Names directly below `folder`, in alphabetical order, hidden ones and files left out."""
    names = {path[len(folder) :].split("/", 1)[0] for path in tree_paths if path.startswith(folder) and path != folder}
    return sorted(name for name in names if _ID.fullmatch(name))


def _from_manifest(document: Document | None, name: str) -> tuple[str | None, Strategy | None]:
    """The file and the strategy that a preset's manifest gives for the template called `name`.

    The file is None where the manifest names none that may be used; the strategy is None where it is unknown, which
    leaves the preset out.
    """
    text = _text(document)
    if text is None:
        return None, Strategy.REPLACE
    entry = _template_entry(text, name)
    file = entry.get("file")
    path = file if isinstance(file, str) and _stays_inside(file) else None
    strategy = entry.get("strategy", Strategy.REPLACE)
    is_strategy = isinstance(strategy, str) and strategy.strip().lower() in tuple(Strategy)
    return path, Strategy(str(strategy).strip().lower()) if is_strategy else None


def _template_entry(manifest: str, name: str) -> Mapping[str, Any]:
    if len(manifest) > MAX_MANIFEST:
        return {}
    loader = yaml.CBaseLoader  # strings, lists and mappings only: no dates, no numbers, nothing that can be built
    try:
        if not _is_bounded(manifest):
            return {}
        parsed = yaml.load(manifest, Loader=loader)  # noqa: S506  BaseLoader builds less than SafeLoader does
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}
    provides = parsed.get("provides") if isinstance(parsed, dict) else None
    entries = provides.get("templates") if isinstance(provides, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and entry.get("name") == name and entry.get("type", "template") == "template":
            return entry
    return {}


def _is_bounded(manifest: str) -> bool:
    """Whether a manifest keeps within the limits. Counted before anything is built. Raises `yaml.YAMLError`."""
    depth = 0
    for count, event in enumerate(yaml.parse(manifest, Loader=yaml.CBaseLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH or count > MAX_EVENTS:
            return False
    return True


def _stays_inside(path: str) -> bool:
    """A relative path that cannot leave its folder."""
    return bool(path) and not path.startswith("/") and "\\" not in path and ".." not in path.split("/")
