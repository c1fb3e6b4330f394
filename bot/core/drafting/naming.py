"""The names of a new feature: title, slug and branch, after Spec Kit's own rules."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.text.neutral import plain_line, visible

MAX_BRANCH_BYTES = 244
"""GitHub's limit for a branch name, in bytes of UTF-8; Spec Kit's scripts keep to it, too."""

MAX_TITLE = 120
"""Characters of a feature's title; GitHub's own limit for an issue's title is 256."""

STOP_WORDS = frozenset(
    "i a an the to for of in on at by with from is are was were be been being have has had do does did will would "  # noqa: SIM905  words read as words
    "should could can may might must shall this that these those my your our their want need add get set".split()
)
"""Words that Spec Kit leaves out of a slug."""

_MAX_READ = 1_000
_USUAL_WORDS = 3
_MOST_WORDS = 4
_SHORTEST_WORD = 3
_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_LABEL = re.compile(
    r"(?:\[[^\[\]]{1,30}\]|(?:feat|feature|feature request|rfc|proposal|epic|story)(?:\([^()]{1,30}\))?!?:)[ \t:-]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Naming:
    """A new feature's names. `branch` is `number-slug`, also the folder's name below `root`.

    Both hold letters and digits of any script and hyphens, so they are quoted wherever a shell reads them.
    """

    title: str
    number: str
    slug: str
    branch: str
    root: str = "specs"

    @property
    def dir(self) -> str:
        """The feature folder from the repository's root: `specs/022-export-audit-log`."""
        return f"{self.root}/{self.branch}"


def feature_title(issue_title: str) -> str:
    """The title as one line without control, bidi and zero-width characters and without `[Feature]` or `feat:`.

    Still foreign text: whoever shows it neutralises it. Empty when nothing readable is left.
    """
    line = plain_line(issue_title, _MAX_READ)
    for _ in range(3):
        label = _LABEL.match(line)
        if label is None or label.end() == len(line):
            break
        line = line[label.end() :]
    if len(line) <= MAX_TITLE:
        return line
    cut = line[:MAX_TITLE].rsplit(" ", 1)[0]
    return cut.rstrip(" ,;:-") + "…"


def slug_of(title: str, fallback: str = "feature") -> str:
    """The slug that Spec Kit builds since 1.1.0: three telling words, or four if there are exactly four.

    Letters and digits of every script stay; ASCII letters become lower case. A title without any gives `fallback`,
    because the empty slug that Spec Kit builds then (`001-`) helps nobody.
    Source: `generate_branch_name` in `scripts/bash/create-new-feature.sh` of specify-cli 1.2.3.
    """
    title = title[:_MAX_READ]
    words = _words(title)
    telling = [word for word in words if _is_telling(word, title)] or words[:_USUAL_WORDS]
    slug_words = telling if len(telling) == _MOST_WORDS else telling[:_USUAL_WORDS]
    return "-".join(slug_words) or fallback


def _words(text: str) -> list[str]:
    return "".join(char if _is_letter(char) else " " for char in text.translate(_ASCII_LOWER)).split()


def _is_letter(char: str) -> bool:
    """A letter or decimal digit that people can see: some letters of Unicode are blank."""
    return (char.isalpha() or char.isdecimal()) and visible(char) == char


def _is_telling(word: str, title: str) -> bool:
    """Whether a word goes into a slug: no stop word, and long enough, an acronym or not of ASCII letters."""
    if word in STOP_WORDS:
        return False
    if len(word) >= _SHORTEST_WORD or not word.isascii():
        return True
    return re.search(rf"(?<![A-Za-z0-9_]){word.upper()}(?![A-Za-z0-9_])", title) is not None


def is_slug(text: str) -> bool:
    """Whether a text is a valid slug, of any number of words."""
    words = text.split("-")
    fits = 0 < len(text) <= MAX_BRANCH_BYTES and len(text.encode("utf-8", "replace")) <= MAX_BRANCH_BYTES
    return fits and text == text.translate(_ASCII_LOWER) and all(word and all(map(_is_letter, word)) for word in words)


def branch_name(number: str, slug: str) -> str:
    """`number-slug`, cut at a character to GitHub's 244 bytes, as Spec Kit cuts it."""
    whole_characters = f"{number}-{slug}".encode()[:MAX_BRANCH_BYTES].decode("utf-8", "ignore")
    return whole_characters.rstrip("-")


def name_feature(
    issue_title: str, number: str, *, issue: int | None = None, slug: str | None = None, root: str = "specs"
) -> Naming:
    """All names of a feature that an issue (or a title typed on the desk) asks for.

    `slug` is what a person chose (`/plan start [slug]`); it is rebuilt by the rules where it is no slug.
    """
    fallback = f"issue-{issue}" if issue else "feature"
    new_slug = slug if slug is not None and is_slug(slug) else slug_of(slug or feature_title(issue_title), fallback)
    branch = branch_name(number, new_slug)
    title = feature_title(issue_title) or new_slug.replace("-", " ").capitalize()
    return Naming(title, number, branch[len(number) + 1 :], branch, root)
