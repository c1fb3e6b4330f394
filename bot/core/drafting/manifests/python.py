"""Read pyproject.toml, requirements*.txt, setup.cfg and .python-version."""

from __future__ import annotations

import configparser
import re
from typing import Any

from bot.core.drafting.manifests.manifest import (
    MAX_NAMES,
    Evidence,
    Manifest,
    Stack,
    at_least,
    is_name,
    joined,
    table,
    text_of,
    toml,
    words,
)

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]{0,79})(?:\[[^\]]{0,80}\])?\s*([<>=!~^][^;#]{0,60})?")
_TOOLS = {
    "pytest": "pytest",
    "nose2": "nose2",
    "behave": "behave",
    "robotframework": "Robot Framework",
    "playwright": "Playwright",
    "pytest-playwright": "Playwright",
}


def read_pyproject(source: Manifest) -> Stack | None:
    """Read a project by PEP 621 or Poetry, or one that only configures tools."""
    document = toml(source.text)
    project, poetry = table(document, "project"), table(document, "tool", "poetry")
    if not project and not poetry and "build-system" not in document:
        return None
    poetry_needs = table(poetry, "dependencies")
    python = text_of(project.get("requires-python")) or text_of(poetry_needs.get("python"))
    needed = [*words(project.get("dependencies")), *(name for name in poetry_needs if name != "python")]
    for_tests = [*_extras(project, document), *_poetry_tests(poetry)]
    scripts = table(project, "scripts") or table(poetry, "scripts")
    tools = _tools(source, [*needed, *for_tests])
    if not tools and table(document, "tool", "pytest"):
        tools = (source.known("pytest", "[tool.pytest"),)
    return Stack(
        source.path,
        source.known(joined("Python", _python(python)), "python" if python else ""),
        _named(source, needed),
        tools,
        (source.known("command line", "scripts]"),) if scripts else (),
        words(table(document, "tool", "uv", "workspace").get("members")),
        name=text_of(project.get("name")) or text_of(poetry.get("name")),
    )


def _python(written: str) -> str:
    caret = re.match(r"\s*\^\s*([0-9]+\.[0-9]+)", written[:80])
    return f"{caret[1]}+" if caret else at_least(written)


def _extras(project: dict[str, Any], document: dict[str, Any]) -> list[str]:
    groups = [*table(project, "optional-dependencies").values(), *table(document, "dependency-groups").values()]
    groups.append(table(document, "tool", "uv").get("dev-dependencies"))
    return [requirement for group in groups for requirement in words(group)]


def _poetry_tests(poetry: dict[str, Any]) -> list[str]:
    names = list(table(poetry, "dev-dependencies"))
    for group in table(poetry, "group").values():
        names.extend(table(group, "dependencies"))
    return names


def _names(requirements: list[str]) -> list[str]:
    matches = (_REQUIREMENT.match(written) for written in requirements[:MAX_NAMES])
    return [match[1] for match in matches if match]


def _named(source: Manifest, requirements: list[str]) -> tuple[Evidence, ...]:
    return tuple(source.known(name, name) for name in _names(requirements) if is_name(name))


def _tools(source: Manifest, requirements: list[str]) -> tuple[Evidence, ...]:
    tools: dict[str, Evidence] = {}
    for name in _names(requirements):
        tool = _TOOLS.get(name.lower())
        if tool:
            tools.setdefault(tool, source.known(tool, name))
    return tuple(tools.values())


def read_requirements(source: Manifest) -> Stack | None:
    """Read a list of requirements, which does not name the language's version."""
    lines = [line for line in source.lines if line.strip() and not line.lstrip().startswith(("#", "-", "git+", "http"))]
    if not _names(lines):
        return None
    for_tests = "dev" in source.file or "test" in source.file
    return Stack(
        source.path,
        source.known("Python"),
        () if for_tests else _named(source, lines),
        _tools(source, lines),
    )


def read_setup_cfg(source: Manifest) -> Stack | None:
    """Read the declarative configuration of setuptools."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string("\n".join(source.lines))
    except configparser.Error:
        return None
    if not parser.has_section("metadata") and not parser.has_section("options"):
        return None
    python = parser.get("options", "python_requires", fallback="")
    needed = parser.get("options", "install_requires", fallback="").split("\n")
    extras = parser.items("options.extras_require") if parser.has_section("options.extras_require") else []
    for_tests = [line for _, value in extras for line in value.split("\n")]
    tools = _tools(source, [*needed, *for_tests])
    if not tools and parser.has_section("tool:pytest"):
        tools = (source.known("pytest", "[tool:pytest]"),)
    name = parser.get("metadata", "name", fallback="")
    language = source.known(joined("Python", _python(python)), "python_requires" if python else "")
    return Stack(source.path, language, _named(source, [line for line in needed if line.strip()]), tools, name=name)


def read_python_version(source: Manifest) -> Stack | None:
    """Read `.python-version`, used by pyenv and uv."""
    match = re.match(r"\s*([0-9]+\.[0-9]+)(?:\.[0-9]+)?\s*$", source.lines[0][:20] if source.lines else "")
    return Stack(source.path, source.known(f"Python {match[1]}")) if match else None
