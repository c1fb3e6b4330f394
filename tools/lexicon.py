#!/usr/bin/env python3
"""Write `bot/core/text/lexicon/words.py` from `config/lexicon/LANGUAGE.toml`.

    python tools/lexicon.py            write the module
    python tools/lexicon.py --check    exit 1 when the module is not what the files say

A phrase is plain text with a few signs:

    blank       one or more blanks, line ends included
    x?          the character, `[class]` or `(group)` may be missing
    (a|b)       either
    [ab]        one of these characters
    [ab]*       any number of them
    *           the rest of the word; after a blank, one word
    ...         up to three words in between; four dots: up to four

Everything else stands for itself. Nothing repeats without a bound but the letters of one word, so that matching takes
linear time.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from itertools import groupby
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "config" / "lexicon"
MODULE = ROOT / "bot" / "core" / "text" / "lexicon" / "words.py"
REFERENCE = "en"
"""The language whose file explains the keys."""
_SIGN = re.compile(r"\[[^\]]+\]\*?|\.{3,4}| +|[()|?*]|.", re.DOTALL)
_BETWEEN = {"...": r"(?:[\w-]+\s+){0,3}", "....": r"(?:[\w-]+\s+){0,4}"}
# Vowel signs of Indian scripts and the joiner of Persian are parts of words, and no `\w` for Python. The class is slow
# to compile, so that only words of these scripts have it.
_LETTER = r"[\w\u0900-\u0dff\u200c]"
_JOINED_SCRIPT = re.compile(r"[\u0600-\u06ff\u0900-\u0dff]")
_MAY_BE_MISSING = re.compile(r"\[[^\]]*\]\*?|\([^()]*\)\??|[^()]\?")
_FEW = 3
"""Phrases from which on those with the same first letter are put into one group."""


def source(phrase: str) -> str:
    """The phrase as a regular expression. Raises `re.error` if it is not valid."""
    parts = []
    letter = _LETTER if _JOINED_SCRIPT.search(phrase) else r"\w"
    for sign in _SIGN.findall(phrase):
        if sign.isspace():
            parts.append(r"\s" if len(sign) == 1 else r"\s+")
        elif sign in _BETWEEN:
            parts.append(_BETWEEN[sign])
        elif sign.startswith("[") and len(sign) > 1:
            parts.append(sign)
        elif sign == "*":
            # After a blank, `*` needs a letter. Otherwise two runs of blanks would meet, and match in many ways.
            parts.append(letter + ("+" if parts and parts[-1].startswith(r"\s") else "*"))
        elif sign == "(":
            parts.append("(?:")
        else:
            parts.append(sign if sign in ")|?" else re.escape(sign))
    # An optional blank matches one blank, any other one a run of blanks.
    written = re.sub(r"\\s(?![?+])", r"\\s+", "".join(parts))
    re.compile(written)
    return written


def is_foreign(phrase: str) -> bool:
    """Whether the phrase cannot match without a letter outside ASCII. `ı` can match `i`, so it is not foreign."""
    required, removed = phrase, 1
    while removed:  # groups are removed from the innermost outwards
        required, removed = _MAY_BE_MISSING.subn("", required)
    return any(
        re.match(r"\w", letter) and not re.fullmatch(r"[\x00-\x7f]", letter, re.IGNORECASE)
        for letter in required
        if not letter.isascii()
    )


def divided(phrases: list[str]) -> str:
    """As `alternation`, with the foreign phrases first and between the marks that `Pattern` knows."""
    foreign = alternation([phrase for phrase in phrases if is_foreign(phrase)])
    plain = alternation([phrase for phrase in phrases if not is_foreign(phrase)])
    if not phrases or not foreign:
        return plain
    return f"(?#+){foreign}|(?#-){plain or '(?!)'}"


def alternation(phrases: list[str]) -> str:
    """One regular expression for all phrases, those with the same first letter in one group, longer ones first."""
    sources = sorted({source(phrase) for phrase in phrases}, key=lambda text: (text[0], -len(text), text))
    pieces = []
    for first, grouped in groupby(sources, key=lambda text: text[0]):
        group = list(grouped)
        plain = [text for text in group if first.isalnum() and text[1:2] not in {"?", "*"}]
        if len(plain) < _FEW:
            pieces += group
            continue
        pieces += [text for text in group if text not in plain]
        pieces.append(f"{first}(?:{'|'.join(text[1:] for text in plain)})")
    return "|".join(pieces)


def read(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """The files by their language's code: `name`, `tested`, `blanks` and `words`, the phrases by key."""
    languages = {}
    for path in sorted(folder.glob("*.toml")):
        with path.open("rb") as file:
            content = tomllib.load(file)
        words = {
            key: phrases for table in content.values() if isinstance(table, dict) for key, phrases in table.items()
        }
        languages[path.stem] = {**{key: content[key] for key in ("name", "tested", "blanks")}, "words": words}
    return languages


def module(languages: dict[str, dict[str, Any]]) -> str:
    """The text of the module."""
    keys = list(languages[REFERENCE]["words"])
    lines = [
        '"""Generated from `config/lexicon/` by `tools/lexicon.py`; change the files there and run `make lexicon`."""',
        "",
        "LANGUAGES: tuple[tuple[str, str, bool], ...] = (",
        *(f"    {(code, language['name'], language['tested'])!r}," for code, language in languages.items()),
        ")",
        '"""Code, own name, and whether its phrases were tried on labelled plans."""',
        "WORDS: dict[str, tuple[str, str]] = {",
    ]
    for key in keys:
        with_blanks, without_blanks = (
            [p for language in languages.values() if language["blanks"] is blanks for p in language["words"][key]]
            for blanks in (True, False)
        )
        lines.append(f"    {key!r}: ({divided(with_blanks)!r}, {alternation(without_blanks)!r}),")
    lines += ["}", '"""By key: phrases of the languages with blanks between words, and of those without."""']
    without = {
        key: [p for each in languages.values() if not each["blanks"] for p in each["words"][key]] for key in keys
    }
    foreign = [key for key in keys if all(map(is_foreign, without[key]))]
    lines += [
        f"FOREIGN = frozenset({foreign!r})",
        '"""Keys whose phrases without blanks all need a letter outside ASCII."""',
    ]
    lines.append("BY_LANGUAGE: dict[str, dict[str, str]] = {")
    for code, language in languages.items():
        lines.append(f"    {code!r}: {{")
        lines += [f"        {key!r}: {divided(language['words'][key])!r}," for key in keys]
        lines.append("    },")
    return "\n".join([*lines, "}", ""])


def main() -> int:
    """Write the module, or say that it is out of date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    text = module(read())
    if parser.parse_args().check:
        if MODULE.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write(f"{MODULE.relative_to(ROOT)} is out of date: run `make lexicon`\n")
        return 1
    MODULE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
