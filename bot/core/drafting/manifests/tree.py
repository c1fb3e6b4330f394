"""Derive languages, test tools and the project's parts from the file names in a tree."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from bot.core.drafting.manifests.manifest import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PATHS = 50_000
"""Paths of a tree that are read."""

ENOUGH_FILES = 20
"""Source files below which shares of languages are not computed."""

_EXTENSIONS = {
    "rs": "Rust",
    "py": "Python",
    "ts": "TypeScript",
    "tsx": "TypeScript",
    "vue": "TypeScript",
    "svelte": "TypeScript",
    "js": "JavaScript",
    "jsx": "JavaScript",
    "mjs": "JavaScript",
    "cjs": "JavaScript",
    "go": "Go",
    "java": "Java",
    "kt": "Kotlin",
    "scala": "Scala",
    "cs": "C#",
    "razor": "C#",
    "rb": "Ruby",
    "php": "PHP",
    "ex": "Elixir",
    "exs": "Elixir",
    "dart": "Dart",
    "swift": "Swift",
    "lisp": "Common Lisp",
    "clj": "Clojure",
    "hs": "Haskell",
    "nix": "Nix",
    "c": "C",
    "cpp": "C++",
    "cc": "C++",
    "zig": "Zig",
    "lua": "Lua",
    "sh": "Bash",
    "ps1": "PowerShell",
    "r": "R",
    "jl": "Julia",
    "erl": "Erlang",
    "ml": "OCaml",
    "fs": "F#",
}
_CONFIGURED = (
    ("Vitest", re.compile(r"vitest(?:\.[a-z]{1,12})?\.config\.[cm]?[jt]s")),
    ("Jest", re.compile(r"jest\.config\.(?:[cm]?[jt]s|json)")),
    ("Playwright", re.compile(r"playwright(?:\.[a-z]{1,12})?\.config\.[cm]?[jt]s")),
    ("Cypress", re.compile(r"cypress\.config\.[cm]?[jt]s")),
    ("pytest", re.compile(r"pytest\.ini|conftest\.py")),
    ("PHPUnit", re.compile(r"phpunit\.xml(?:\.dist)?")),
    ("RSpec", re.compile(r"\.rspec")),
    ("bats", re.compile(r"[\w-]{1,60}\.bats")),
    ("go test", re.compile(r"[\w-]{1,80}_test\.go")),
    ("cargo test", re.compile(r"Cargo\.toml")),
)
_ASIDE = re.compile(
    r"(?:^|/)(?:node_modules|vendor|third_party|dist|target|\.[^/]*|specs|docs|examples?|fixtures|testdata|docker|deploy|infra)/"
)
_BACK = frozenset({"backend", "server", "api"})
_FRONT = frozenset({"frontend", "client", "web", "ui", "webapp"})


@dataclass(frozen=True, slots=True)
class Names:
    """What the file names in a tree show."""

    languages: tuple[tuple[str, int, Evidence], ...] = ()
    """Language, number of its files, and the evidence to show; the most frequent first."""
    testing: tuple[Evidence, ...] = ()
    halves: tuple[str, str] | None = None
    """The folders of back end and front end, when both exist side by side."""
    files: int = 0
    """Number of source files."""

    def share(self, language: str) -> float | None:
        """The share (0 to 1) of a language's files; None when there are fewer than `ENOUGH_FILES`."""
        if self.files < ENOUGH_FILES:
            return None
        return next((count for name, count, _ in self.languages if name == language), 0) / self.files


def read_names(paths: Iterable[str]) -> Names:
    """Read the names of a tree: paths of files, and of folders with a trailing slash."""
    counts: Counter[str] = Counter()
    endings: dict[str, Counter[str]] = {}
    testing: dict[str, Evidence] = {}
    folders: set[str] = set()
    for path in islice(paths, MAX_PATHS):
        if _ASIDE.search(path) and not path.startswith(".github/"):
            continue
        folder, _, name = path.rstrip("/").rpartition("/")
        folders.add(path.rstrip("/") if path.endswith("/") else folder)
        extension = name.rpartition(".")[2].lower()
        language = _EXTENSIONS.get(extension) if "." in name else None
        if language and not name.endswith((".d.ts", ".config.js", ".config.ts", ".min.js")):
            counts[language] += 1
            endings.setdefault(language, Counter())[extension] += 1
        for tool, pattern in _CONFIGURED:
            if tool not in testing and pattern.fullmatch(name):
                testing[tool] = Evidence(tool, path)
    return Names(
        tuple((name, count, _counted(name, endings[name])) for name, count in counts.most_common()),
        tuple(testing.values()),
        _halves(folders),
        counts.total(),
    )


def _counted(language: str, endings: Counter[str]) -> Evidence:
    extension, count = endings.most_common(1)[0]
    return Evidence(language, f"{count} *.{extension} files")


def _halves(folders: Iterable[str]) -> tuple[str, str] | None:
    """A back-end and a front-end folder with the same parent, at most two levels deep."""
    places: dict[str, set[str]] = {}
    for folder in folders:
        parts = folder.split("/")[:2]
        for depth in range(1, len(parts) + 1):
            places.setdefault("/".join(parts[: depth - 1]), set()).add(parts[depth - 1])
    for place in sorted(places):
        back = sorted(name for name in places[place] if name.lower() in _BACK)
        front = sorted(name for name in places[place] if name.lower() in _FRONT)
        if back and front:
            above = f"{place}/" if place else ""
            return f"{above}{back[0]}/", f"{above}{front[0]}/"
    return None
