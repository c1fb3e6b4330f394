"""Read language, dependencies, storage, tests, platform and project type from a repository's manifests.

No reader raises, runs anything, or parses XML or YAML (so no entity or alias can expand). All bound their input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.drafting.manifests.dotnet import read_csproj, read_global_json
from bot.core.drafting.manifests.golang import read_go_mod
from bot.core.drafting.manifests.jvm import read_gradle, read_pom, read_sbt
from bot.core.drafting.manifests.manifest import Evidence, Manifest, Stack, manifest_of
from bot.core.drafting.manifests.node import read_nvmrc, read_package_json
from bot.core.drafting.manifests.others import read_composer, read_gemfile, read_mix, read_pubspec, read_swift
from bot.core.drafting.manifests.python import read_pyproject, read_python_version, read_requirements, read_setup_cfg
from bot.core.drafting.manifests.rust import read_cargo, read_toolchain
from bot.core.drafting.manifests.surroundings import Surroundings, read_compose, read_dockerfile, read_workflow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MAX_WANTED = 24
"""Manifests that are read of one repository."""

_READERS: dict[str, Callable[[Manifest], Stack | None]] = {
    "Cargo.toml": read_cargo,
    "rust-toolchain.toml": read_toolchain,
    "rust-toolchain": read_toolchain,
    "pyproject.toml": read_pyproject,
    "requirements.txt": read_requirements,
    "requirements-dev.txt": read_requirements,
    "setup.cfg": read_setup_cfg,
    ".python-version": read_python_version,
    "package.json": read_package_json,
    ".nvmrc": read_nvmrc,
    ".node-version": read_nvmrc,
    "go.mod": read_go_mod,
    "pom.xml": read_pom,
    "build.gradle": read_gradle,
    "build.gradle.kts": read_gradle,
    "build.sbt": read_sbt,
    "Directory.Build.props": read_csproj,
    "global.json": read_global_json,
    "Gemfile": read_gemfile,
    "composer.json": read_composer,
    "mix.exs": read_mix,
    "pubspec.yaml": read_pubspec,
    "Package.swift": read_swift,
}
_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_WORKFLOWS = ".github/workflows/"
_WORKFLOW_NAMES = ("ci", "test", "tests", "build", "main", "check", "verify", "rust", "python", "node", "go", "dotnet")

MANIFEST_PATHS: tuple[str, ...] = (
    *_READERS,
    "Dockerfile",
    *_COMPOSE,
    *(f"{_WORKFLOWS}{name}.yml" for name in ("ci", "test", "tests", "build")),
)
"""Files that are read at the repository's root when its tree is not listed."""

_ASIDE = frozenset(
    {
        "node_modules",
        "vendor",
        "third_party",
        "examples",
        "example",
        "samples",
        "fixtures",
        "testdata",
        "templates",
        "docs",
        "website",
        "specs",
        "dist",
        "build",
        "target",
        ".devcontainer",
        "archive",
        "playground",
        "bench",
        "e2e",
    }
)
"""Folders whose manifests do not describe the project."""

_DEEPEST = 3


def wanted_manifests(paths: Iterable[str]) -> tuple[str, ...]:
    """The manifests among a tree's paths, nearest to the root first, at most `MAX_WANTED`."""
    ranked = []
    for path in paths:
        rank = _rank(path)
        if rank is not None:
            ranked.append((*rank, path))
    return tuple(path for *_, path in sorted(ranked)[:MAX_WANTED])


def _rank(path: str) -> tuple[int, int] | None:
    folder, _, name = path.rpartition("/")
    if path.startswith(_WORKFLOWS):
        stem = name.rsplit(".", 1)[0].lower()
        wanted = name.endswith((".yml", ".yaml")) and any(word in stem.split("-") for word in _WORKFLOW_NAMES)
        return (1, 2) if wanted and folder + "/" == _WORKFLOWS else None
    parts = folder.split("/") if folder else []
    if len(parts) > _DEEPEST or any(part in _ASIDE or part.startswith(".") for part in parts):
        return None
    if name in _READERS:
        return len(parts), 0
    if name == "Dockerfile" or name in _COMPOSE:
        return len(parts), 1
    return (len(parts), 3) if name.endswith(".csproj") else None


def read_manifests(manifests: Mapping[str, str]) -> tuple[tuple[Stack, ...], Surroundings]:
    """Read all manifests, nearest to the root first."""
    stacks: list[Stack] = []
    around: list[Surroundings] = []
    for path in sorted(manifests, key=lambda path: (path.count("/"), path))[: 2 * MAX_WANTED]:
        manifest = manifest_of(path, manifests[path])
        if manifest is None:
            continue
        reader = read_csproj if manifest.file.endswith(".csproj") else _READERS.get(manifest.file)
        stack = reader(manifest) if reader else None
        if stack is not None:
            stacks.append(stack)
        elif manifest.file in _COMPOSE:
            around.append(read_compose(manifest))
        elif path.startswith(_WORKFLOWS):
            around.append(read_workflow(manifest))
        elif manifest.file == "Dockerfile":
            around.append(read_dockerfile(manifest))
    return tuple(stacks), Surroundings(
        tuple(evidence for manifest in around for evidence in manifest.platforms),
        tuple(evidence for manifest in around for evidence in manifest.storage),
        tuple(evidence for manifest in around for evidence in manifest.testing),
    )


__all__ = ["MANIFEST_PATHS", "MAX_WANTED", "Evidence", "Stack", "Surroundings", "read_manifests", "wanted_manifests"]
