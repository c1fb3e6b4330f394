"""Combine manifests, surroundings and file names into a plan's technical context, without guessing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.core.drafting.manifests import read_manifests
from bot.core.drafting.manifests.manifest import Evidence, Stack
from bot.core.drafting.manifests.surroundings import DRIVERS, Surroundings
from bot.core.drafting.manifests.tree import Names, read_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MOST_LANGUAGES = 3
_MOST_TOOLS = 4
_MOST_STORES = 3
_MOST_DEPENDENCIES = 6
_FEW_DEPENDENCIES = 4
_LEAST_SHARE = 0.08
"""Share of the source files below which a language counts as tooling."""
_MAIN_SHARE = 0.3

_MAJOR = re.compile(r"v[0-9]{1,3}")
_NAMED = """
fastapi django flask starlette litestar aiohttp sqlalchemy sqlmodel pydantic celery typer click airflow pandas numpy
torch tensorflow langchain react vue svelte @sveltejs/kit next nuxt astro @angular/core solid-js express fastify koa
hono @nestjs/core electron react-native expo vite tailwindcss @tanstack/react-query zustand redux zod prisma
@prisma/client drizzle-orm @trpc/server @modelcontextprotocol/sdk commander three axum actix-web rocket warp tokio
sqlx diesel sea-orm serde clap tonic tauri bevy hyper reqwest github.com/gin-gonic/gin github.com/labstack/echo/v4
github.com/gofiber/fiber/v2 github.com/go-chi/chi/v5 github.com/spf13/cobra gorm.io/gorm
github.com/mark3labs/mcp-go spring-boot-starter-web spring-boot-starter-webflux spring-boot-starter-data-jpa
micronaut-http-server-netty quarkus-rest ktor-server-core http4s-ember-server zio cats-effect akka-actor
gatling-core gatling-core-java kafka-clients rails sinatra sidekiq laravel/framework symfony/framework-bundle
phoenix ecto flutter flutter_riverpod flutter_bloc vapor
"""
_FRAMEWORKS = frozenset(_NAMED.split())
"""Dependencies that people name when they say what a project is built on."""


_SCRIPT = frozenset({"TypeScript", "JavaScript", "Node.js"})
_TESTS: dict[str, frozenset[str]] = {
    "cargo test": frozenset({"Rust"}),
    "go test": frozenset({"Go"}),
    "pytest": frozenset({"Python"}),
    "PHPUnit": frozenset({"PHP"}),
    "RSpec": frozenset({"Ruby"}),
    "bats": frozenset({"Bash"}),
    "swift test": frozenset({"Swift"}),
    "Vitest": _SCRIPT,
    "Jest": _SCRIPT,
    "Mocha": _SCRIPT,
    "Cypress": _SCRIPT,
}
"""The languages that a test tool is for; a tool that is not listed is for any."""


class Topic(StrEnum):
    """The parts of a technical context that a repository can answer."""

    LANGUAGE = "language"
    DEPENDENCIES = "dependencies"
    STORAGE = "storage"
    TESTING = "testing"
    PLATFORM = "platform"
    PROJECT_TYPE = "project type"


@dataclass(frozen=True, slots=True)
class Technical:
    """Evidence by topic; a topic without evidence is absent."""

    answers: dict[Topic, tuple[Evidence, ...]]
    """Values with their sources; foreign text, each value on one line."""


def read_technical(manifests: Mapping[str, str], paths: Iterable[str]) -> Technical:
    """Derive the technical context. `paths` is the tree as far as it is known; folders end in a slash."""
    listed = tuple(paths)
    names = read_names((*listed, *manifests))
    stacks, around = read_manifests(manifests)
    relevant = tuple(stack for stack in stacks if _matters(stack, stacks, names))
    languages = _languages(relevant, names)
    answers = {
        Topic.LANGUAGE: languages,
        Topic.DEPENDENCIES: _dependencies(relevant),
        Topic.STORAGE: _storage(relevant, around),
        Topic.TESTING: _testing(relevant, around, names, languages),
        Topic.PLATFORM: _platforms(relevant, around),
        Topic.PROJECT_TYPE: _project_type(relevant, names, listed),
    }
    return Technical({topic: evidence for topic, evidence in answers.items() if evidence})


def _family(language: str) -> str:
    """The language without its version: `C# (.NET 8)` gives `C#`."""
    return re.split(r" (?=[0-9(])", language, maxsplit=1)[0]


def _matters(stack: Stack, stacks: Sequence[Stack], names: Names) -> bool:
    """Whether a manifest describes the project's own code, not its tooling."""
    if stack.language is None:
        return True
    family = _family(stack.language.value)
    if family == "Node.js":
        return True
    families = ("TypeScript", "JavaScript") if family in {"TypeScript", "JavaScript"} else (family,)
    shares = [names.share(name) for name in families]
    if None not in shares:
        return sum(share or 0 for share in shares) >= _LEAST_SHARE
    others = [
        candidate for candidate in stacks if candidate.language and _family(candidate.language.value) not in families
    ]
    says_nothing = not (stack.dependencies or stack.kinds or stack.members)
    return not (others and says_nothing and family == "JavaScript")


def _languages(stacks: Sequence[Stack], names: Names) -> tuple[Evidence, ...]:
    best: dict[str, Evidence] = {}
    for stack in stacks:
        if stack.language is None:
            continue
        family = _family(stack.language.value)
        language = best.get(family)
        pinned = stack.path.rpartition("/")[2].startswith(("rust-toolchain", ".python-version", "global.json"))
        if language is None or (pinned and family != "Python") or (_bare(language) and not _bare(stack.language)):
            best[family] = stack.language
    if "TypeScript" in best:
        best.pop("JavaScript", None)
    elif "JavaScript" in best and (names.share("TypeScript") or 0) > (names.share("JavaScript") or 0):
        best = {("TypeScript" if name == "JavaScript" else name): language for name, language in best.items()}
        best["TypeScript"] = next(language for name, _, language in names.languages if name == "TypeScript")
    node = best.pop("Node.js", None)
    for name, _, language in names.languages:
        share = names.share(name)
        if name not in best and share is not None and share >= _MAIN_SHARE and not _covered(name, best):
            best[name] = language
    order = {name: position for position, (name, _, _) in enumerate(names.languages)}
    shown = [best[name] for name in sorted(best, key=lambda name: order.get(name, len(order)))][:_MOST_LANGUAGES]
    if node and any(_family(language.value) in {"TypeScript", "JavaScript"} for language in shown):
        shown = [language for language in shown if "Node.js" not in language.value] or [
            Evidence("JavaScript", node.path, node.line)
        ]
        shown.append(node)
    return tuple(shown)


def _covered(name: str, best: Mapping[str, Evidence]) -> bool:
    """Whether a listed language includes this one, such as TypeScript for JavaScript, or any for shell scripts."""
    beside = {"JavaScript": ("TypeScript",), "Java": ("Kotlin", "Scala"), "C": ("C++", "Rust", "Swift")}
    if name in {"Bash", "PowerShell", "Lua"}:
        return bool(best)
    return any(language in best for language in beside.get(name, ()))


def _bare(language: Evidence) -> bool:
    return language.value == _family(language.value)


def _dependencies(stacks: Sequence[Stack]) -> tuple[Evidence, ...]:
    own = {stack.name for stack in stacks if stack.name}
    named: dict[str, Evidence] = {}
    for stack in stacks:
        for dependency in stack.dependencies:
            name = dependency.value.split(" ", 1)[0]
            if name not in own:
                named.setdefault(name, dependency)
    main = [dependency for name, dependency in named.items() if name.lower() in _FRAMEWORKS]
    if len(main) > 1:
        return tuple(_spoken(dependency) for dependency in main[:_MOST_DEPENDENCIES])
    further = [dependency for dependency in named.values() if dependency not in main]
    return tuple(_spoken(dependency) for dependency in [*main, *further][:_FEW_DEPENDENCIES])


def _spoken(dependency: Evidence) -> Evidence:
    """Shorten a Go module to its usual name: `github.com/go-chi/chi/v5` to `chi`."""
    parts = dependency.value.split("/")
    if "." not in parts[0] or len(parts) == 1:
        return dependency
    if _MAJOR.fullmatch(parts[-1]):
        parts.pop()
    return Evidence(parts[-1], dependency.path, dependency.line)


def _storage(stacks: Sequence[Stack], around: Surroundings) -> tuple[Evidence, ...]:
    stores: dict[str, Evidence] = {}
    for evidence in around.storage:
        stores.setdefault(evidence.value.split(" ", 1)[0], evidence)
    for stack in stacks:
        for evidence in stack.storage:
            stores.setdefault(evidence.value, evidence)
        for evidence in stack.dependencies:
            store = DRIVERS.get(evidence.value.split(" ", 1)[0].lower())
            if store:
                stores.setdefault(store.split(" ", 1)[0], Evidence(store, evidence.path, evidence.line))
    return tuple(stores.values())[:_MOST_STORES]


def _testing(
    stacks: Sequence[Stack], around: Surroundings, names: Names, languages: tuple[Evidence, ...]
) -> tuple[Evidence, ...]:
    """The test tools of the project's languages; those of its tooling are left out."""
    tools: dict[str, Evidence] = {}
    for evidence in (*around.testing, *(tool for stack in stacks for tool in stack.testing), *names.testing):
        tools.setdefault(evidence.value, evidence)
    if any(tool in tools for tool in ("xUnit", "NUnit", "MSTest", "TUnit")):
        tools.pop("dotnet test", None)
    if "flutter_test" in tools:
        tools.pop("flutter test", None)
        tools.pop("test", None)
    if "JUnit 5" in tools:
        tools.pop("JUnit", None)
    spoken = {_family(evidence.value) for evidence in languages}
    shown = [evidence for tool, evidence in tools.items() if not spoken or _TESTS.get(tool, spoken) & spoken]
    return tuple(shown)[:_MOST_TOOLS]


def _platforms(stacks: Sequence[Stack], around: Surroundings) -> tuple[Evidence, ...]:
    platforms: dict[str, Evidence] = {}
    for platform in (*around.platforms, *(platform for stack in stacks for platform in stack.platforms)):
        platforms.setdefault(platform.value, platform)
    return tuple(platforms.values())[:2]


def _project_type(stacks: Sequence[Stack], names: Names, paths: Sequence[str]) -> tuple[Evidence, ...]:
    kinds = [evidence for stack in stacks for evidence in stack.kinds]
    first = {kind: next((evidence for evidence in kinds if evidence.value == kind), None) for kind in _KINDS}
    if mobile := first["mobile app"]:
        return (Evidence("mobile", mobile.path, mobile.line),)
    if names.halves:
        back, front = names.halves
        return (Evidence(f"web, {back} and {front}", f"{back}, {front}"),)
    if web := first["web app"]:
        return (Evidence("web", web.path, web.line),)
    parts = _workspace(stacks, paths)
    kind = next((evidence for name in _KINDS if (evidence := first[name])), None)
    if parts:
        return (parts,)
    if kind:
        return (Evidence(f"single ({kind.value})", kind.path, kind.line),)
    return (Evidence("single", stacks[0].path, 1),) if stacks and stacks[0].language else ()


_KINDS = ("mobile app", "web app", "desktop app", "web service", "command line", "library")


def _workspace(stacks: Sequence[Stack], paths: Sequence[str]) -> Evidence | None:
    """The workspace at the root with the number of its members."""
    root = next((stack for stack in stacks if stack.members and "/" not in stack.path), None)
    if root is None:
        return None
    rust = root.path == "Cargo.toml"
    count = 0
    for member in root.members:
        if "*" not in member:
            count += 1
            continue
        before, _, after = member.partition("*")
        tail = f"{after.strip('/')}/".lstrip("/") + root.path
        inside = (path[len(before) :] for path in paths if path.startswith(before) and path.endswith("/" + tail))
        count += sum(1 for subpath in inside if subpath.count("/") == 1 + tail.count("/"))
    noun = ("crate" if rust else "package") + ("" if count == 1 else "s")
    words = f"{count} {noun}" if count else f"a workspace of {noun}"
    return Evidence(f"single, {words}" if rust else f"monorepo, {words}", root.path, 1)
