"""What manifests say of a project, one small one per ecosystem, and that none can do harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.drafting.manifests import MANIFEST_PATHS, MAX_WANTED, wanted_manifests
from bot.core.drafting.manifests.manifest import MAX_MANIFEST
from bot.core.drafting.manifests.technical import Topic, read_technical
from tests.effort import bounded_work

LANGUAGE, NEEDS, STORAGE, TESTING = Topic.LANGUAGE, Topic.DEPENDENCIES, Topic.STORAGE, Topic.TESTING
PLATFORM, TYPE = Topic.PLATFORM, Topic.PROJECT_TYPE


def said(manifests: dict[str, str], *paths: str) -> dict[Topic, str]:
    answers = read_technical(manifests, paths).answers
    return {topic: ", ".join(one.value for one in known) for topic, known in answers.items()}


def places(manifests: dict[str, str], topic: Topic) -> list[tuple[str, int | None]]:
    return [(one.path, one.line) for one in read_technical(manifests, ()).answers[topic]]


ECOSYSTEMS = {
    "rust, a crate with a binary": (
        {
            "Cargo.toml": '[package]\nname = "ferry"\nedition = "2024"\nrust-version = "1.85"\n[[bin]]\n'
            'name = "ferry"\n'
            '[dependencies]\naxum = "0.8"\nsqlx = { version = "0.8", features = ["postgres"] }\n'
        },
        {
            LANGUAGE: "Rust 1.85+",
            NEEDS: "axum 0.8, sqlx 0.8",
            STORAGE: "PostgreSQL",
            TESTING: "cargo test",
            TYPE: "single (command line)",
        },
    ),
    "rust, pinned": (
        {"Cargo.toml": '[package]\nname = "f"\nedition = "2021"\n', "rust-toolchain": "1.90.0\n"},
        {LANGUAGE: "Rust 1.90", TESTING: "cargo test", TYPE: "single"},
    ),
    "python by PEP 621": (
        {
            "pyproject.toml": '[project]\nname = "ferry"\nrequires-python = ">=3.12,<4"\n'
            'dependencies = ["fastapi>=0.115", "asyncpg[sa]>=0.30", "sqlalchemy"]\n'
            '[dependency-groups]\ndev = ["pytest>=8", "ruff"]\n'
        },
        {
            LANGUAGE: "Python 3.12+",
            NEEDS: "fastapi, sqlalchemy",
            STORAGE: "PostgreSQL",
            TESTING: "pytest",
            TYPE: "single",
        },
    ),
    "python by Poetry": (
        {
            "pyproject.toml": '[tool.poetry]\nname = "ferry"\n[tool.poetry.dependencies]\npython = "^3.11"\n'
            'click = "^8"\n'
            '[tool.poetry.group.dev.dependencies]\npytest = "^8"\n[tool.poetry.scripts]\nferry = "ferry:main"\n'
        },
        {LANGUAGE: "Python 3.11+", NEEDS: "click", TESTING: "pytest", TYPE: "single (command line)"},
    ),
    "python by requirements": (
        {"requirements.txt": "# web\nflask==3.1\n-r more.txt\npymongo\n", "requirements-dev.txt": "pytest\n"},
        {LANGUAGE: "Python", NEEDS: "flask, pymongo", STORAGE: "MongoDB", TESTING: "pytest", TYPE: "single"},
    ),
    "python by setup.cfg": (
        {
            "setup.cfg": "[metadata]\nname = ferry\n[options]\npython_requires = >=3.9\ninstall_requires =\n"
            "  httpx\n[tool:pytest]\n"
        },
        {LANGUAGE: "Python 3.9+", NEEDS: "httpx", TESTING: "pytest", TYPE: "single"},
    ),
    "typescript, a web app": (
        {
            "package.json": '{"private": true,\n'
            '"dependencies": {"react": "^19.1.0", "react-dom": "^19.1.0", "zod": "4"},\n'
            '"devDependencies": {"typescript": "~5.9.2", "vitest": "^3", "@playwright/test": "^1"}}',
            ".nvmrc": "v22.11.0\n",
        },
        {
            LANGUAGE: "TypeScript 5.9, Node.js 22",
            NEEDS: "react 19, zod 4",
            TESTING: "Vitest, Playwright",
            PLATFORM: "modern browsers",
            TYPE: "web",
        },
    ),
    "javascript, a command line": (
        {
            "package.json": '{"name": "ferry",\n"bin": {"ferry": "cli.mjs"},\n"engines": {"node": ">=20"},\n'
            '"scripts": {"test": "node --test tests"}}'
        },
        {LANGUAGE: "JavaScript (Node.js 20+)", TESTING: "node:test", TYPE: "single (command line)"},
    ),
    "go": (
        {
            "go.mod": "module example.org/ferry\n\ngo 1.25.1\n\nrequire (\n\tgithub.com/spf13/cobra v1.10.0\n"
            "\tgithub.com/jackc/pgx/v5 v5.7.0\n\tgolang.org/x/sys v0.1.0 // indirect\n)\n"
        },
        {
            LANGUAGE: "Go 1.25",
            NEEDS: "cobra, pgx",
            STORAGE: "PostgreSQL",
            TESTING: "go test",
            TYPE: "single",
        },
    ),
    "java by Maven": (
        {
            "pom.xml": "<project>\n<properties>\n<java.version>21</java.version>\n</properties>\n"
            "<dependencies>\n<dependency>\n"
            "<artifactId>spring-boot-starter-web</artifactId>\n</dependency>\n<dependency>\n"
            "<artifactId>spring-boot-starter-test</artifactId>\n</dependency>\n</dependencies>\n</project>\n"
        },
        {LANGUAGE: "Java 21", NEEDS: "spring-boot-starter-web", TESTING: "JUnit 5", TYPE: "single (web service)"},
    ),
    "kotlin by Gradle": (
        {
            "build.gradle.kts": 'plugins {\n  kotlin("jvm") version "2.2.0"\n}\ndependencies {\n'
            '  implementation("io.ktor:ktor-server-core:3.1.0")\n'
            '  testImplementation("org.junit.jupiter:junit-jupiter:5.12")\n}\n'
        },
        {LANGUAGE: "Kotlin 2.2", NEEDS: "ktor-server-core", TESTING: "JUnit 5", TYPE: "single (web service)"},
    ),
    "scala by sbt": (
        {
            "build.sbt": 'val scalaV = "3.7.1"\nscalaVersion := scalaV\n'
            'libraryDependencies += "dev.zio" %% "zio" % "2.1"\n'
            'libraryDependencies += "org.scalameta" %% "munit" % "1.1" % Test\n'
        },
        {LANGUAGE: "Scala 3.7.1", NEEDS: "zio", TESTING: "MUnit", TYPE: "single"},
    ),
    "c#": (
        {
            "src/Ferry/Ferry.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web">\n'
            "<TargetFramework>net9.0</TargetFramework>\n"
            '<PackageReference Include="Npgsql" />\n</Project>\n',
            "tests/Ferry.Tests/Ferry.Tests.csproj": "<Project>\n"
            '<PackageReference Include="xunit" Version="2" />\n</Project>\n',
        },
        {
            LANGUAGE: "C# (.NET 9)",
            NEEDS: "Npgsql",
            STORAGE: "PostgreSQL",
            TESTING: "xUnit",
            TYPE: "single (web service)",
        },
    ),
    "ruby": (
        {"Gemfile": 'ruby "3.4.1"\ngem "rails", "~> 8"\ngroup :test do\n  gem "rspec-rails"\nend\n'},
        {LANGUAGE: "Ruby 3.4", NEEDS: "rails", TESTING: "RSpec", TYPE: "web"},
    ),
    "php": (
        {
            "composer.json": '{"require": {"php": "^8.3", "laravel/framework": "^12"},'
            ' "require-dev": {"pestphp/pest": "^3"}}'
        },
        {LANGUAGE: "PHP 8.3+", NEEDS: "laravel/framework", TESTING: "Pest", TYPE: "web"},
    ),
    "elixir": (
        {"mix.exs": 'elixir: "~> 1.18",\n{:phoenix, "~> 1.8"},\n{:postgrex, ">= 0.0.0"}\n'},
        {
            LANGUAGE: "Elixir 1.18+",
            NEEDS: "phoenix, postgrex",
            STORAGE: "PostgreSQL",
            TESTING: "ExUnit (mix test)",
            TYPE: "web",
        },
    ),
    "flutter": (
        {
            "pubspec.yaml": "name: ferry\nenvironment:\n  sdk: ^3.8.0\ndependencies:\n  flutter:\n"
            "    sdk: flutter\n  sqflite: ^2.4\n"
            "dev_dependencies:\n  flutter_test:\n    sdk: flutter\n"
        },
        {LANGUAGE: "Dart 3.8+", NEEDS: "flutter, sqflite", STORAGE: "SQLite", TESTING: "flutter_test", TYPE: "mobile"},
    ),
    "swift": (
        {
            "Package.swift": "// swift-tools-version: 6.1\nlet package = Package(\n"
            '.package(url: "https://example.org/vapor/vapor.git", from: "4")\n'
            '.executableTarget(name: "Ferry")\n.testTarget(name: "FerryTests")\n)\n'
        },
        {LANGUAGE: "Swift 6.1", NEEDS: "vapor", TESTING: "swift test", TYPE: "single (command line)"},
    ),
}


@pytest.mark.parametrize(("manifests", "expected"), ECOSYSTEMS.values(), ids=ECOSYSTEMS)
def test_each_ecosystem_speaks_for_itself(manifests: dict[str, str], expected: dict[Topic, str]) -> None:
    assert said(manifests) == expected


def test_every_value_names_its_line() -> None:
    manifests = {
        "go.mod": "module example.org/ferry\n\ngo 1.25\n",
        ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: |\n"
        "          go vet ./...\n          go test ./...\n",
        "compose.yml": "services:\n  db:\n    image: docker.io/library/redis:8\n",
        "Dockerfile": "# comment\nFROM golang:1.25 AS build\nFROM --platform=linux/amd64 scratch\n",
    }
    assert places(manifests, LANGUAGE) == [("go.mod", 3)]
    assert places(manifests, TESTING) == [(".github/workflows/ci.yml", 7)]
    assert places(manifests, STORAGE) == [("compose.yml", 3)]
    assert places(manifests, PLATFORM) == [("Dockerfile", 3)]
    assert said(manifests)[STORAGE] == "Redis 8"


def test_what_tooling_is_written_in_is_left_out() -> None:
    files = [f"cmd/part{number}.go" for number in range(40)]
    answers = said(
        {
            "go.mod": "module example.org/ferry\ngo 1.25\n",
            "package.json": '{"devDependencies": {"husky": "9", "jest": "30"}}',
        },
        *files,
        "scripts/one.js",
    )
    assert (answers[LANGUAGE], answers[TESTING]) == ("Go 1.25", "go test")


def test_two_halves_side_by_side_are_a_web_project() -> None:
    answers = said({}, "backend/app/main.py", "frontend/src/app.ts", "README.md")
    assert answers[TYPE] == "web, backend/ and frontend/"


def test_names_speak_where_no_manifest_was_read() -> None:
    paths = [f"src/part{number}.rs" for number in range(25)]
    answers = read_technical({}, [*paths, "Cargo.toml"]).answers
    assert [(one.value, one.path) for one in answers[LANGUAGE]] == [("Rust", "25 *.rs files")]
    assert [(one.value, one.path) for one in answers[TESTING]] == [("cargo test", "Cargo.toml")]


def test_a_workspace_counts_its_members() -> None:
    cargo = '[workspace]\nmembers = ["crates/*", "tools/pack"]\n'
    assert said({"Cargo.toml": cargo}, "crates/a/Cargo.toml", "crates/b/Cargo.toml")[TYPE] == "single, 3 crates"
    assert said({"package.json": '{"workspaces": ["packages/*"]}'})[TYPE] == "monorepo, a workspace of packages"


def test_the_nearest_manifests_are_wanted_and_not_too_many() -> None:
    paths = [f"services/s{number}/package.json" for number in range(40)]
    wanted = wanted_manifests(
        [
            *paths,
            "node_modules/a/package.json",
            "docs/package.json",
            "a/b/c/d/go.mod",
            "Cargo.toml",
            ".github/workflows/ci.yml",
            ".github/workflows/stale.yml",
            "Dockerfile",
        ]
    )
    assert wanted[:3] == ("Cargo.toml", "Dockerfile", ".github/workflows/ci.yml")
    assert len(wanted) == MAX_WANTED
    assert not {"node_modules/a/package.json", "docs/package.json", "a/b/c/d/go.mod"} & set(wanted)
    assert ".github/workflows/stale.yml" not in wanted


BOMB = '<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>\n<p><artifactId>&b;</artifactId></p>'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0" * 1000,
        "[" * 100_000,
        "{" * 100_000,
        '{"a":' * 50_000,
        "a = [" * 50_000,
        "a: &a [*a, *a]\n" * 5_000,
        BOMB,
        "<a>" * 60_000,
        " " * 200_000,
        "gem '" * 40_000,
        '"a":' * 60_000,
        "FROM " * 50_000,
        "x" * (MAX_MANIFEST + 1),
        '[project]\ndependencies = ["' + "a" * 100_000 + '"]',
        "\n".join(f'gem "g{number}"' for number in range(10_000)),
        '{"dependencies": {' + ",".join(f'"p{number}": "1"' for number in range(10_000)) + "}}",
    ],
    ids=lambda text: text[:12].replace("\0", "NUL"),
)
def test_no_manifest_takes_long_or_raises(text: str) -> None:
    with bounded_work():
        read_technical(dict.fromkeys([*MANIFEST_PATHS, "a.csproj"], text), ())


@given(
    st.dictionaries(
        st.sampled_from([*MANIFEST_PATHS, "src/A.csproj"]),
        st.text(max_size=300)
        | st.lists(
            st.sampled_from(
                ['{"dependencies":', "{", "}", '"', "[project]\n", "=", "\n", "ruby '", "1.2", "module ", "<", ">"]
            )
        ).map("".join),
        max_size=6,
    ),
    st.lists(st.text(max_size=40), max_size=10),
)
def test_any_manifest_gives_values_of_one_line(manifests: dict[str, str], paths: list[str]) -> None:
    for known in read_technical(manifests, paths).answers.values():
        for one in known:
            assert one.value
            assert "\n" not in one.value
            assert len(one.value) <= 400
