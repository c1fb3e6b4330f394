"""Manifests written to cost memory or time: bounded before anything is built."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from bot.core.drafting.manifests.manifest import MAX_MANIFEST
from bot.core.drafting.manifests.technical import read_technical
from tests.core.hostile_texts import nested, numbered, repeated

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 48 * 1024 * 1024
"""Bytes that reading one manifest may take at most."""


TOML: dict[str, Callable[[int], str]] = {
    "dotted key": repeated("a.", end="b=1\n"),
    "spaced dotted key": repeated("a . ", end="b=1\n"),
    "quoted dotted key": repeated('"a".', end="b=1\n"),
    "single quoted dotted key": repeated("'a'.", end="b=1\n"),
    "long parts": repeated("a" * 90 + ".", end="b=1\n"),
    "dotted table": repeated("a.", begin="[", end="b]\n"),
    "dotted table array": repeated("a.", begin="[[", end="b]]\n"),
    "dotted key in an inline table": repeated("a.", begin="x={", end="b=1}\n"),
    "many dotted keys": numbered("a#.b.c.d.e.f.g.h.i.j.k.l=1\n"),
    "many tables": numbered("[a#.b.c.d.e]\n"),
    "many table arrays": repeated("[[a]]\n"),
    "many keys": numbered("a#=1\n"),
    "nested arrays": nested("[", "]", "a="),
    "nested inline tables": nested("{a=", "}", "b="),
    "empty inline tables": repeated("{},", begin="a=[", end="]"),
    "numbers": repeated("1,", begin="a=[", end="]"),
    "long number": repeated("9", begin="a="),
    "long string": repeated("x", begin='a="', end='"'),
    "escapes": repeated("\\n", begin='a="', end='"'),
    "open multi-line string": repeated("'", begin="a='''"),
    "comments": repeated("#\n"),
    "quotes": repeated("'\""),
    "hexadecimal number": repeated("f", begin="package.edition=0x"),
    "binary number": repeated("1", begin="project.requires-python=0b"),
    "octal number": repeated("7", begin="toolchain.channel=0o"),
}
JSON: dict[str, Callable[[int], str]] = {
    "nested arrays": nested("[", "]"),
    "nested objects": nested('{"a":', "}"),
    "open arrays": repeated("["),
    "open objects": repeated('{"a":'),
    "empty objects": repeated("{},", begin='{"a":[', end="{}]}"),
    "empty arrays": repeated("[],", begin='{"a":[', end="[]]}"),
    "numbers": repeated("1,", begin='{"a":[', end="1]}"),
    "floats": repeated("1.5e9,", begin='{"a":[', end="1]}"),
    "long number": repeated("9", begin='{"a":', end="}"),
    "huge exponent": repeated("9", begin='{"a":1e', end="}"),
    "same key": repeated('"a":1,', begin="{", end='"a":1}'),
    "many keys": numbered('"a#":1,', begin="{"),
    "dependencies": numbered('"a#":"1.2.3",', begin='{"dependencies":{'),
    "long string": repeated("x", begin='{"a":"', end='"}'),
    "escapes": repeated("\\u0041", begin='{"a":"', end='"}'),
    "surrogates": repeated("\\ud83d\\ude00", begin='{"a":"', end='"}'),
    "backslashes": repeated("\\\\", begin='{"a":"', end='"}'),
    "white space": repeated(" \n", end="{}"),
    "commas": repeated(","),
    "strings": repeated('"",', begin='{"a":[', end='""]}'),
}
LINES: dict[str, Callable[[int], str]] = {
    "empty lines": repeated("\n", begin="[metadata]\n"),
    "broken lines": repeated("x\n", begin="[metadata]\n"),
    "sections": numbered("[a#]\n"),
    "continued": repeated(" a\n", begin="[options]\ninstall_requires =\n"),
    "one long line": repeated("gem 'a' "),
    "tags": repeated("<artifactId>a</artifactId>\n"),
    "open tags": repeated("<a>"),
    "entities": repeated('<!ENTITY a "&a;&a;&a;">\n', begin="<!DOCTYPE x [\n"),
    "packages": repeated('<PackageReference Include="a" />\n'),
    "open packages": repeated("<PackageReference Include="),
    "requirements": numbered("a#==1.2.3\n"),
    "open brackets": repeated("a["),
    "images": repeated(" image: postgres:1\n"),
    "aliases": repeated("&a [*a, *a]\n", begin="a: "),
    "from": repeated("FROM a\n"),
    "steps": repeated("- run: pytest\n"),
    "modules": repeated(" github.com/a/b v1\n", begin="module x\nrequire (\n"),
    "swift packages": repeated('.package(url: "https://a/b.git")\n'),
    "swift open": repeated(".package("),
    "mix": repeated('{:a, "~> 1"},\n'),
}
FILES = {
    "Cargo.toml": TOML,
    "pyproject.toml": TOML,
    "rust-toolchain.toml": TOML,
    "package.json": JSON,
    "composer.json": JSON,
    "global.json": JSON,
    **dict.fromkeys(
        ("setup.cfg", "requirements.txt", "pom.xml", "build.gradle", "build.sbt", "a.csproj", "Gemfile"), LINES
    ),
    **dict.fromkeys(("go.mod", "mix.exs", "pubspec.yaml", "Package.swift", "Dockerfile", "compose.yaml"), LINES),
    ".github/workflows/ci.yml": LINES,
}


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES)
def test_no_manifest_takes_more_memory_than_its_size_allows(path: str) -> None:
    for name, text_of_size in FILES[path].items():
        text = text_of_size(MAX_MANIFEST)
        tracemalloc.start()
        try:
            read_technical({path: text}, (path,))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < MOST, f"{name}: {peak >> 20} MB"


@pytest.mark.parametrize("path", ["Cargo.toml", "pyproject.toml", "rust-toolchain.toml"])
def test_a_number_with_more_digits_than_are_converted_is_no_version(path: str) -> None:
    for name in ("hexadecimal number", "binary number", "octal number"):
        read_technical({path: TOML[name](32_000)}, (path,))


@pytest.mark.parametrize("path", ["Cargo.toml", "pyproject.toml"])
def test_a_dotted_key_of_a_whole_manifest_is_refused(path: str) -> None:
    text = TOML["dotted key"](24 * 1024)
    tracemalloc.start()
    try:
        read_technical({path: text}, (path,))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST // 48


@pytest.mark.parametrize("key", ["a" + ".b" * 15, '"a.b.c"' + ".d" * 10])
def test_a_key_of_ordinary_depth_is_read(key: str) -> None:
    text = f'[package]\nname = "ferry"\nedition = "2024"\n[workspace.metadata]\n{key} = 1\n'
    assert read_technical({"Cargo.toml": text}, ("Cargo.toml",)).answers
