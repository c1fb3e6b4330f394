"""Manifests, surroundings and names put together: what a plan's technical context can say without guessing."""

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
"""A language with fewer of the source files than this is tooling, not what the project is written in."""
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
"""The languages whose code a tool tests; a tool that is not listed may test any."""


class Topic(StrEnum):
    """What a technical context asks, as far as a repository answers it."""

    LANGUAGE = "language"
    DEPENDENCIES = "dependencies"
    STORAGE = "storage"
    TESTING = "testing"
    PLATFORM = "platform"
    PROJECT_TYPE = "project type"


@dataclass(frozen=True, slots=True)
class Technical:
    """What is known, by topic; a topic without evidence is absent."""

    answers: dict[Topic, tuple[Evidence, ...]]
    """Several values each with its own source; foreign words, each on one line."""


def read_technical(manifests: Mapping[str, str], paths: Iterable[str]) -> Technical:
    """What the repository says of itself. `paths` is its tree as far as it is known; folders end in a slash."""
    listed = tuple(paths)
    names = read_names((*listed, *manifests))
    stacks, around = read_manifests(manifests)
    kept = tuple(stack for stack in stacks if _matters(stack, stacks, names))
    languages = _languages(kept, names)
    answers = {
        Topic.LANGUAGE: languages,
        Topic.DEPENDENCIES: _dependencies(kept),
        Topic.STORAGE: _storage(kept, around),
        Topic.TESTING: _testing(kept, around, names, languages),
        Topic.PLATFORM: _platforms(kept, around),
        Topic.PROJECT_TYPE: _project_type(kept, names, listed),
    }
    return Technical({topic: known for topic, known in answers.items() if known})


def _family(language: str) -> str:
    """The language without its version: `C# (.NET 8)` gives `C#`."""
    return re.split(r" (?=[0-9(])", language, maxsplit=1)[0]


def _matters(stack: Stack, stacks: Sequence[Stack], names: Names) -> bool:
    """Whether a manifest speaks of what the project is written in, and not of its tooling."""
    if stack.language is None:
        return True
    family = _family(stack.language.value)
    if family == "Node.js":
        return True
    families = ("TypeScript", "JavaScript") if family in {"TypeScript", "JavaScript"} else (family,)
    shares = [names.share(name) for name in families]
    if None not in shares:
        return sum(share or 0 for share in shares) >= _LEAST_SHARE
    others = [one for one in stacks if one.language and _family(one.language.value) not in families]
    says_nothing = not (stack.dependencies or stack.kinds or stack.members)
    return not (others and says_nothing and family == "JavaScript")


def _languages(stacks: Sequence[Stack], names: Names) -> tuple[Evidence, ...]:
    best: dict[str, Evidence] = {}
    for stack in stacks:
        if stack.language is None:
            continue
        family = _family(stack.language.value)
        known = best.get(family)
        pinned = stack.path.rpartition("/")[2].startswith(("rust-toolchain", ".python-version", "global.json"))
        if known is None or (pinned and family != "Python") or (_bare(known) and not _bare(stack.language)):
            best[family] = stack.language
    if "TypeScript" in best:
        best.pop("JavaScript", None)
    elif "JavaScript" in best and (names.share("TypeScript") or 0) > (names.share("JavaScript") or 0):
        best = {("TypeScript" if name == "JavaScript" else name): known for name, known in best.items()}
        best["TypeScript"] = next(known for name, _, known in names.languages if name == "TypeScript")
    node = best.pop("Node.js", None)
    for name, _, known in names.languages:
        share = names.share(name)
        if name not in best and share is not None and share >= _MAIN_SHARE and not _covered(name, best):
            best[name] = known
    order = {name: position for position, (name, _, _) in enumerate(names.languages)}
    shown = [best[name] for name in sorted(best, key=lambda name: order.get(name, len(order)))][:_MOST_LANGUAGES]
    if node and any(_family(known.value) in {"TypeScript", "JavaScript"} for known in shown):
        shown = [known for known in shown if "Node.js" not in known.value] or [
            Evidence("JavaScript", node.path, node.line)
        ]
        shown.append(node)
    return tuple(shown)


def _covered(name: str, best: Mapping[str, Evidence]) -> bool:
    """JavaScript beside TypeScript, Java beside Kotlin and scripts beside anything are no language of their own."""
    beside = {"JavaScript": ("TypeScript",), "Java": ("Kotlin", "Scala"), "C": ("C++", "Rust", "Swift")}
    if name in {"Bash", "PowerShell", "Lua"}:
        return bool(best)
    return any(other in best for other in beside.get(name, ()))


def _bare(known: Evidence) -> bool:
    return known.value == _family(known.value)


def _dependencies(stacks: Sequence[Stack]) -> tuple[Evidence, ...]:
    own = {stack.name for stack in stacks if stack.name}
    named: dict[str, Evidence] = {}
    for stack in stacks:
        for known in stack.dependencies:
            name = known.value.split(" ", 1)[0]
            if name not in own:
                named.setdefault(name, known)
    main = [known for name, known in named.items() if name.lower() in _FRAMEWORKS]
    if len(main) > 1:
        return tuple(_spoken(known) for known in main[:_MOST_DEPENDENCIES])
    rest = [known for known in named.values() if known not in main]
    return tuple(_spoken(known) for known in [*main, *rest][:_FEW_DEPENDENCIES])


def _spoken(known: Evidence) -> Evidence:
    """A Go module as people call it: `github.com/go-chi/chi/v5` is chi."""
    parts = known.value.split("/")
    if "." not in parts[0] or len(parts) == 1:
        return known
    if _MAJOR.fullmatch(parts[-1]):
        parts.pop()
    return Evidence(parts[-1], known.path, known.line)


def _storage(stacks: Sequence[Stack], around: Surroundings) -> tuple[Evidence, ...]:
    found: dict[str, Evidence] = {}
    for known in around.storage:
        found.setdefault(known.value.split(" ", 1)[0], known)
    for stack in stacks:
        for known in stack.storage:
            found.setdefault(known.value, known)
        for known in stack.dependencies:
            store = DRIVERS.get(known.value.split(" ", 1)[0].lower())
            if store:
                found.setdefault(store.split(" ", 1)[0], Evidence(store, known.path, known.line))
    return tuple(found.values())[:_MOST_STORES]


def _testing(
    stacks: Sequence[Stack], around: Surroundings, names: Names, languages: tuple[Evidence, ...]
) -> tuple[Evidence, ...]:
    """The test tools of the languages that the project is written in; those of its tooling are left out."""
    found: dict[str, Evidence] = {}
    for known in (*around.testing, *(tool for stack in stacks for tool in stack.testing), *names.testing):
        found.setdefault(known.value, known)
    if any(tool in found for tool in ("xUnit", "NUnit", "MSTest", "TUnit")):
        found.pop("dotnet test", None)
    if "flutter_test" in found:
        found.pop("flutter test", None)
        found.pop("test", None)
    if "JUnit 5" in found:
        found.pop("JUnit", None)
    spoken = {_family(known.value) for known in languages}
    shown = [known for tool, known in found.items() if not spoken or _TESTS.get(tool, spoken) & spoken]
    return tuple(shown)[:_MOST_TOOLS]


def _platforms(stacks: Sequence[Stack], around: Surroundings) -> tuple[Evidence, ...]:
    found: dict[str, Evidence] = {}
    for known in (*around.platforms, *(platform for stack in stacks for platform in stack.platforms)):
        found.setdefault(known.value, known)
    return tuple(found.values())[:2]


def _project_type(stacks: Sequence[Stack], names: Names, paths: Sequence[str]) -> tuple[Evidence, ...]:
    kinds = [known for stack in stacks for known in stack.kinds]
    first = {kind: next((known for known in kinds if known.value == kind), None) for kind in _KINDS}
    if mobile := first["mobile app"]:
        return (Evidence("mobile", mobile.path, mobile.line),)
    if names.halves:
        back, front = names.halves
        return (Evidence(f"web, {back} and {front}", f"{back}, {front}"),)
    if web := first["web app"]:
        return (Evidence("web", web.path, web.line),)
    parts = _workspace(stacks, paths)
    kind = next((known for name in _KINDS if (known := first[name])), None)
    if parts:
        return (parts,)
    if kind:
        return (Evidence(f"single ({kind.value})", kind.path, kind.line),)
    return (Evidence("single", stacks[0].path, 1),) if stacks and stacks[0].language else ()


_KINDS = ("mobile app", "web app", "desktop app", "web service", "command line", "library")


def _workspace(stacks: Sequence[Stack], paths: Sequence[str]) -> Evidence | None:
    """A workspace at the root, with as many members as can be counted."""
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
        count += sum(1 for rest in inside if rest.count("/") == 1 + tail.count("/"))
    noun = ("crate" if rust else "package") + ("" if count == 1 else "s")
    words = f"{count} {noun}" if count else f"a workspace of {noun}"
    return Evidence(f"single, {words}" if rust else f"monorepo, {words}", root.path, 1)
