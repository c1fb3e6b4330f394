"""Read Gemfile, composer.json, mix.exs, pubspec.yaml and Package.swift."""

from __future__ import annotations

import re
from itertools import islice

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
)

_GEM = re.compile(r"^\s*gem\s+[\"']([A-Za-z0-9._-]{1,80})[\"']")
_RUBY = re.compile(r"^\s*ruby\s+[\"']([^\"']{1,20})[\"']")
_HEX = re.compile(r"\{:([a-z0-9_]{1,80}),\s*[\"'~>]")
_ELIXIR = re.compile(r"elixir:\s*[\"']([^\"']{1,20})[\"']")
_DART_SDK = re.compile(r"^\s+sdk:\s*[\"']?([\^>=<0-9. -]{1,30})")
_PUB = re.compile(r"^  ([a-z0-9_]{1,80}):")
_SWIFT = re.compile(r"swift-tools-version:?\s*([0-9]+\.[0-9]+)")
_PACKAGE = re.compile(r"\.package\([^)]{0,200}?url:\s*\"[^\"]{0,150}?/([A-Za-z0-9._-]{1,80}?)(?:\.git)?\"")

_RUBY_TOOLS = {
    "rspec": "RSpec",
    "rspec-rails": "RSpec",
    "minitest": "Minitest",
    "capybara": "Capybara",
    "cucumber": "Cucumber",
}
_PHP_TOOLS = {
    "phpunit/phpunit": "PHPUnit",
    "pestphp/pest": "Pest",
    "codeception/codeception": "Codeception",
    "behat/behat": "Behat",
}


def _tools(named: list[Evidence], tools: dict[str, str]) -> tuple[Evidence, ...]:
    by_tool: dict[str, Evidence] = {}
    for dependency in named:
        if dependency.value in tools:
            by_tool.setdefault(
                tools[dependency.value], Evidence(tools[dependency.value], dependency.path, dependency.line)
            )
    return tuple(by_tool.values())


def _without(named: list[Evidence], tools: dict[str, str]) -> tuple[Evidence, ...]:
    return tuple(dependency for dependency in named if dependency.value not in tools)


def read_gemfile(source: Manifest) -> Stack | None:
    """Read a Ruby project."""
    gems = [source.here(match[1], line) for match, line in source.all(_GEM)]
    ruby = source.find(_RUBY)
    if not gems and ruby is None:
        return None
    language = source.known(joined("Ruby", at_least(ruby[1])), ruby[0]) if ruby else source.known("Ruby")
    kinds = tuple(Evidence("web app", gem.path, gem.line) for gem in gems if gem.value == "rails")[:1]
    return Stack(source.path, language, _without(gems, _RUBY_TOOLS), _tools(gems, _RUBY_TOOLS), kinds)


def read_composer(source: Manifest) -> Stack | None:
    """Read a PHP project."""
    document = json_object(source.text)
    needed, for_work = table(document, "require"), table(document, "require-dev")
    if not needed and not for_work:
        return None
    php = text_of(needed.get("php"))
    language = source.known(joined("PHP", f"{version(php)}+" if php else ""), '"php"' if php else "")
    names = [source.known(name, f'"{name}"') for name in islice({**needed, **for_work}, MAX_NAMES) if is_name(name)]
    own = [dependency for dependency in names if dependency.value in needed and "/" in dependency.value]
    kinds = (source.known("library", '"type"'),) if document.get("type") == "library" else ()
    web = tuple(
        Evidence("web app", it.path, it.line)
        for it in own
        if it.value in {"laravel/framework", "symfony/framework-bundle"}
    )
    return Stack(source.path, language, tuple(own), _tools(names, _PHP_TOOLS), web[:1] or kinds)


def read_mix(source: Manifest) -> Stack | None:
    """Read an Elixir project."""
    elixir = source.find(_ELIXIR)
    needed = [source.here(match[1], line) for match, line in source.all(_HEX)]
    if elixir is None and not needed:
        return None
    language = source.known(joined("Elixir", f"{version(elixir[1])}+"), elixir[0]) if elixir else source.known("Elixir")
    kinds = tuple(Evidence("web app", it.path, it.line) for it in needed if it.value == "phoenix")[:1]
    return Stack(source.path, language, tuple(needed), (source.known("ExUnit (mix test)"),), kinds)


def read_pubspec(source: Manifest) -> Stack | None:
    """Read a Dart package or a Flutter app."""
    sdk = source.find(_DART_SDK)
    section, needed, for_work = "", list[Evidence](), list[Evidence]()
    for place, line in enumerate(source.lines, start=1):
        if line[:1].isalpha():
            section = line.partition(":")[0]
        match = _PUB.match(line[:200])
        if match and section == "dependencies":
            needed.append(source.here(match[1], place))
        elif match and section == "dev_dependencies":
            for_work.append(source.here(match[1], place))
    needed, for_work = needed[:MAX_NAMES], for_work[:MAX_NAMES]
    if sdk is None and not needed:
        return None
    flutter = next((dependency for dependency in needed if dependency.value == "flutter"), None)
    number = version(sdk[1]) if sdk else ""
    language = source.known(joined("Dart", f"{number}+" if number else ""), sdk[0] if sdk else "")
    tests = tuple(
        dependency for dependency in for_work if dependency.value in {"flutter_test", "test", "integration_test"}
    )
    kinds = (Evidence("mobile app", source.path, flutter.line),) if flutter else ()
    return Stack(source.path, language, tuple(needed), tests, kinds)


def read_swift(source: Manifest) -> Stack | None:
    """Read a Swift package."""
    tools = source.find(_SWIFT)
    if tools is None:
        return None
    packages = tuple(source.here(match[1], line) for match, line in source.all(_PACKAGE))
    kinds = []
    if line := source.at(".executableTarget("):
        kinds.append(source.here("command line", line))
    if line := source.at(".library("):
        kinds.append(source.here("library", line))
    tests = source.at(".testTarget(")
    testing = (source.here("swift test", tests),) if tests else ()
    return Stack(source.path, source.known(f"Swift {tools[1]}", tools[0]), packages, testing, tuple(kinds))
