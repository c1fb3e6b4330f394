"""A principle as people write it in headings, lists and tables: numeral, name and strength."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.text.lexicon import Pattern, anywhere, without_blanks

MAX_NAME = 200
"""Characters of a principle's name."""

_ROMAN = r"(?:(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})(?![A-Za-z0-9_])|[Ⅰ-Ⅻ])"
"""Up to 39, so that CI and CLI stay words."""
_DIGITS = f"(?:{without_blanks('digits')}){{1,3}}"
_WORD = rf"(?i:(?:core\s+)?(?:{anywhere('principle')}|rule|tenet|law))"
_STRONG_FORMS = (
    rf"{_WORD}\s*#?\s*(?P<id>{_ROMAN}|[0-9０-９]{{1,3}}|{_DIGITS})(?![^\W_])\s*[.．):：、,—–-]*\s*(?P<name>.*)",
    (
        rf"(?:{without_blanks('before_numeral')})\s*(?P<id>{_DIGITS}|[0-9]{{1,3}})"
        rf"\s*(?:{without_blanks('after_numeral')})\s*[.．):：、—–-]*\s*(?P<name>.*)"
    ),
    rf"[(（]?(?P<id>{_ROMAN})(?:\s*[.．):：、）]|\s+[—–·|-](?=\s))\s*(?P<name>.*)",
    rf"§\s*(?P<id>{_ROMAN}|[0-9]{{1,3}})\s*[.．):：、—–-]*\s*(?P<name>.*)",
    rf"[(（]?(?P<id>{_DIGITS})\s*[.．):：、）]\s*(?P<name>.*)",
    r"(?P<id>P[0-9]{1,2})\s*[.):：—–-]\s*(?P<name>.*)",
)
"""Numerals that only principles have."""
_WEAK_FORMS = (
    r"[(（#]?(?P<id>[0-9０-９]{1,3})(?:\s*[.．):：、）](?![0-9])|\s+[—–·|-](?=\s))\s*(?P<name>.*)",
    r"(?P<id>[①-⑳]|[A-H](?=[.)]\s))[.)]?\s*(?P<name>.*)",
)
"""Numerals that any section may have."""
_FORMS = tuple((Pattern(form), form in _STRONG_FORMS) for form in (*_STRONG_FORMS, *_WEAK_FORMS))

STRENGTH = Pattern(anywhere("non_negotiable"), re.IGNORECASE)
"""NON-NEGOTIABLE in the languages that constitutions are written in."""
SYMBOLS = "⛔🔒🚫🛑"
"""Marks that mean NON-NEGOTIABLE where a legend says so."""

_ORNAMENTS = SYMBOLS + "\ufe0f *_#✅❌⚠🔴🟡🟢📌⭐"
_BRACKETS_LEFT = (
    (re.compile(r"([(（\[【])\s*[,;、:：—–-]+\s*"), r"\1"),
    (re.compile(r"\s*[,;、:：—–-]+\s*([)）\]】])"), r"\1"),
    (re.compile(r"[(（\[【]\s*[)）\]】]"), ""),
)
"""Leftovers in brackets after a marker is removed, each with its replacement."""
_LABEL = Pattern(rf"{anywhere('principle')}\s*[:：]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PrincipleName:
    """A heading or list entry that names a principle: numeral, name, and whether it has a marker of strength."""

    id: str | None
    name: str
    marked: bool
    strong: bool
    """The numeral is of a form that sections do not have."""


def name_of(words: str) -> PrincipleName:
    """Numeral, name and strength of a principle as it is written in a heading, a list or a template."""
    plain = " ".join(words[: MAX_NAME * 4].split())
    marked = STRENGTH.search(plain) is not None
    if marked:
        plain = STRENGTH.pattern.sub("", plain)
        for leftover, instead in _BRACKETS_LEFT:
            plain = leftover.sub(instead, plain)
    plain = plain.lstrip(_ORNAMENTS)
    for form, strong in _FORMS:
        if match := form.match(plain):
            return PrincipleName(match["id"], _clean(match["name"]), marked, strong)
    return PrincipleName(
        None, _clean(_LABEL.pattern.sub("", plain, count=1) if _LABEL.match(plain) else plain), marked, strong=False
    )


def _clean(name: str) -> str:
    for symbol in SYMBOLS:
        name = name.replace(symbol, "")
    return name.replace("\ufe0f", "").strip(" *_—–-:：.、").strip()[:MAX_NAME]
