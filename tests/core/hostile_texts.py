"""Documents written to cost memory or time, by the size that they shall have (characters)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def repeated(piece: str, begin: str = "", end: str = "") -> Callable[[int], str]:
    def text(size: int) -> str:
        return begin + piece * ((size - len(begin) - len(end)) // len(piece)) + end

    return text


def numbered(piece: str, begin: str = "") -> Callable[[int], str]:
    def text(size: int) -> str:
        count = (size - len(begin)) // (len(piece) + 5)
        return begin + "".join(piece.replace("#", f"{number:05}") for number in range(count))

    return text


def nested(opening: str, closing: str, begin: str = "") -> Callable[[int], str]:
    def text(size: int) -> str:
        depth = (size - len(begin)) // (len(opening) + len(closing))
        return begin + opening * depth + closing * depth

    return text


MARKDOWN: dict[str, Callable[[int], str]] = {
    "emphasis": repeated("*a* "),
    "strong": repeated("**a**"),
    "code": repeated("`a`"),
    "links": repeated("[a](b)"),
    "images": repeated("![a](b)"),
    "quotes": repeated(">"),
    "list": repeated("- a\n"),
    "nested list": lambda size: "".join(" " * (2 * (row % 60)) + "- a\n" for row in range(size // 64)),
    "check boxes": repeated("- [ ] a\n"),
    "table": repeated("|a|b|\n", begin="|a|b|\n|-|-|\n"),
    "wide table": lambda size: "|".join(["a"] * (size // 4)) + "\n" + "|".join(["-"] * (size // 4)) + "\n",
    "gate table": repeated("| I | FAIL |\n", begin="## Constitution Check\n\n|a|b|\n|-|-|\n"),
    "gate list": repeated("- I: FAIL because a\n", begin="## Constitution Check\n\n"),
    "tracking": repeated("| I | | |\n", begin="## Complexity Tracking\n\n|a|b|c|\n|-|-|-|\n"),
    "brackets": repeated("["),
    "placeholders": repeated("[NEEDS CLARIFICATION: a]\n"),
    "headings": repeated("# a\n"),
    "entities": repeated("&amp;"),
    "breaks": repeated("a<br>"),
    "escapes": repeated("\\*"),
    "comments": repeated("<!-- a -->"),
    "blank lines": repeated("\n"),
}
YAML: dict[str, Callable[[int], str]] = {
    "flow lists": nested("[", "]"),
    "open flow lists": repeated("["),
    "flow mappings": nested("{a: ", "}"),
    "open flow mappings": repeated("{a: "),
    "block lists": repeated("- "),
    "block mappings": lambda size: "".join(" " * row + "a:\n" for row in range(int((2 * size) ** 0.5) - 2)),
    "complex keys": repeated("? "),
    "nested complex keys": repeated("? - "),
    "aliases": lambda size: "a: &a [x]\n" + "".join(f"b{n}: [*a, *a]\n" for n in range(size // 18)),
    "laughs": lambda size: (
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, size // 32))
    ),
    "self": repeated("*a, ", begin="a: &a [", end="]"),
    "anchors": numbered("- &a# x\n"),
    "merges": repeated("<<: *a\n", begin="a: &a {b: c}\n"),
    "tags": repeated("- !!python/object:os.system a\n"),
    "many keys": numbered("a#: b\n"),
    "same key": repeated("a: b\n"),
    "long key": repeated("a", end=": b"),
    "long number": repeated("9", begin="a: "),
    "long string": repeated("x", begin='a: "', end='"'),
    "escapes": repeated("\\x41", begin='a: "', end='"'),
    "open string": repeated("x ", begin='a: "'),
    "folded": repeated("\n x", begin="a: >"),
    "documents": repeated("---\n"),
    "directives": repeated("%TAG ! a\n"),
    "comments": repeated("#\n"),
    "colons": repeated(": "),
    "tabs": repeated("\t"),
}
