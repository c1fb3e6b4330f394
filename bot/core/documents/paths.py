"""Paths of files as people name them in tasks, source trees and Structure Decisions.

In prose, a path is a word with a slash and a file ending (`src/pier/queue.py`), or a file name whose ending says that
it is code or a document (`queue.py`, `docker-compose.yml`). A word that ends in a slash names a folder. `./` in front
does not belong to a path, nor do `:12`, `#L12` and `::create_app` behind it. A path may stand in a code span, in bold
or bare. In a source tree and a Structure Decision, a name needs no ending.

These are no paths: addresses (`https://…`, `example.com/a.html`), absolute paths and paths that leave the repository
(`/etc/hosts`, `~/x`, `../other/x.py`), products (`Node.js`), attributes (`response.json`), commands in a code span
(`pytest tests/a.py`), struck-out text, and the targets of links. A word with a placeholder or a wildcard
(`src/[name].py`, `**/*.ts`, `{a,b}.rs`) is a pattern.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.core.markdown import Style

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.markdown import Text

MAX_TEXT = 20_000
"""Characters that are read of one text."""
MAX_PATH = 300
"""Characters of a path; a longer word is no path."""


class PathKind(StrEnum):
    """What a word names."""

    FILE = "file"
    FOLDER = "folder"
    PATTERN = "pattern"
    """Several files, or one whose name is still open; nobody can say that it is absent."""


class NamedPath(Struct, frozen=True):
    """A path as it was written, without what does not belong to it."""

    path: str
    kind: PathKind


_WORD = re.compile(r"[^\s`'\"“”‘’«»<>|,;，、；。（）【】「」]+")
_CODE_WORD = re.compile(r"\S+")
_BEHIND = re.compile(r"(?:::.*|#.*|:\d+(?:[-:]\d+)*|\(\))$")
_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,11}$")
_WILD = re.compile(
    r"[*?{}<>…\[\]]|\.\.\.|path/to/|(?<![a-z])(?:yyyy(?:-?mm|(?![a-z]))|n{3,}(?![a-z]))|(?<![a-z\d])\d*x{2,}(?![a-z])",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(
    r"[a-z][a-z0-9+.-]*:|[/~$@%\\#-]|\.\./|www\.|[\w-]+\.(?:com|org|net|io|dev|app|ai|co)/", re.IGNORECASE
)
_NAME = re.compile(r"[\w.+@()\[\]$-]+(?:/[\w.+@()\[\]$-]+)*/?")
_FILE_ENDING = re.compile(
    r"\.(?:py|pyi|js|jsx|ts|tsx|mjs|cjs|mts|cts|rs|go|java|kt|kts|scala|cs|cpp|cc|cxx|c|h|hpp|hh|rb|php"
    r"|swift|m|mm|dart|lua|ex|exs|erl|hs|nix|vue|svelte|astro|html|htm|css|scss|sass|less|sql|sh|bash|zsh"
    r"|ps1|psm1|bat|tf|proto|graphql|gql|md|mdx|rst|txt|adoc|yml|yaml|json|jsonc|json5|toml|ini|cfg|conf"
    r"|xml|csproj|sln|fsproj|vbproj|props|targets|gradle|properties|lock|svg|png|ipynb|http|rest|feature"
    r"|resx|xaml|razor|cshtml|fs|vb|clj|cljs|edn|lisp|asd|zig|nim|jl|pl|pm|prisma|hcl|rego|cue|bicep"
    r"|storyboard|plist|entitlements|xcconfig|pbxproj|podspec|gemspec|erb|haml|slim|jinja|j2|tmpl|tpl|hbs"
    r"|ejs|pug)",
    re.IGNORECASE,
)
_TEXT_ENDING = re.compile(r"\.(?:mdx?|rst|txt|adoc)", re.IGNORECASE)
_OTHER_ENDING = re.compile(r"\.[a-z][a-z0-9]{0,7}$")
"""An ending that is not in the list, below a folder: `tests/data/words.scel`, but not the project `src/Pier.Web`."""
_NO_FILE = re.compile(
    r"(?:auth|commander|node|next|nuxt|vue|react|express|nest|d3|three|chart|alpine|discord|ember|day|backbone|moment|p5"
    r"|socket|solid|deno|bun|electron)\.(?:js|io)|(?:res|req|response|request)\.json|asp\.net",
    re.IGNORECASE,
)


def named_paths(text: Text) -> Iterator[NamedPath]:
    """The paths that a text names, in its order; never raises."""
    content = text.text[:MAX_TEXT]
    code = [(mark.start, mark.end) for mark in text.marks if mark.style is Style.CODE]
    without = [(mark.start, mark.end) for mark in text.marks if mark.style in {Style.LINK, Style.STRUCK}]
    last = 0
    for start, end in sorted(code):
        yield from _in_prose(content, last, start, without)
        words = _CODE_WORD.findall(content[start:end])
        if len(words) == 1 and not _within(start, without) and (path := read_path(words[0])) is not None:
            yield path
        last = max(last, end)
    yield from _in_prose(content, last, len(content), without)


def _in_prose(content: str, start: int, end: int, without: list[tuple[int, int]]) -> Iterator[NamedPath]:
    for match in _WORD.finditer(content, start, end):
        word = match[0].lstrip("(*_").rstrip("*_.:!?")
        if word.count("(") != word.count(")"):
            word = word.rstrip(")").rstrip(".")
        if ("." in word or "/" in word) and not _within(match.start(), without):
            path = read_path(word)
            if path is not None:
                yield path


def _within(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def read_place(word: str) -> NamedPath | None:
    """What a word in a source tree or a Structure Decision names, None for no path.

    There a name needs no ending: `crates/ferry-queue` may be a folder, and is read as a file.
    """
    bare = word.strip().removeprefix("./")
    if not bare or len(bare) > MAX_PATH or bare.startswith(("/", "~", "../")) or "://" in bare:
        return None
    if _WILD.search(bare):
        return NamedPath(bare, PathKind.PATTERN)
    name = bare.rpartition("/")[2]
    if _NAME.fullmatch(bare) is None or not bare.strip("./") or "(" in name or ")" in name:
        return None  # `(app)/` is a folder, `src/(others)` a remark
    return NamedPath(bare, PathKind.FOLDER if bare.endswith("/") else PathKind.FILE)


def read_path(word: str) -> NamedPath | None:
    """What a word names, None for no path."""
    bare = _BEHIND.sub("", word.strip()).removeprefix("./")
    if not 2 < len(bare) <= MAX_PATH or _OUTSIDE.match(bare) or "://" in bare:  # noqa: PLR2004  `a/` is too little
        return None
    ending = _ENDING.search(bare)
    if _WILD.search(bare) or _names_several(bare):
        return NamedPath(bare, PathKind.PATTERN) if "/" in bare or ending is not None else None
    if _NAME.fullmatch(bare) is None:
        return None
    if bare.endswith("/"):
        return NamedPath(bare, PathKind.FOLDER)
    if ending is None or _NO_FILE.fullmatch(bare.rpartition("/")[2]) or _is_ending(bare):
        return None
    is_file = _FILE_ENDING.fullmatch(ending[0]) or _has_other_ending(bare)
    return NamedPath(bare, PathKind.FILE) if is_file else None


def _names_several(path: str) -> bool:
    """Whether a word joins file names: `research.md/plan.md`."""
    folders = path.rstrip("/").split("/")[:-1]
    return any((ending := _ENDING.search(name)) and _TEXT_ENDING.fullmatch(ending[0]) for name in folders)


def _is_ending(path: str) -> bool:
    """Whether a word is nothing but endings: `.py`, `.razor.cs`."""
    return path.startswith(".") and all(_FILE_ENDING.fullmatch(f".{part}") for part in path[1:].split("."))


def _has_other_ending(path: str) -> bool:
    """Whether a path below a folder has an unlisted ending. `com.acme/x.y` and `docs/2.setup` are no files."""
    folders, slash, name = path.rpartition("/")
    is_path = bool(slash) and "." not in folders.partition("/")[0][1:]
    return is_path and _OTHER_ENDING.search(name) is not None and not name.partition(".")[0].isdigit()
