"""How a principle calls itself: numeral, name and strength, as people write them in headings, lists and tables."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_NAME = 200
"""Characters of a principle's name."""

_ROMAN = r"(?:(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})(?![A-Za-z0-9_])|[Ⅰ-Ⅻ])"
"""Up to 39, so that CI and CLI stay words."""
_CJK = r"[一二三四五六七八九十]{1,3}"
_WORD = (
    r"(?i:(?:core\s+)?(?:principle|article|rule|tenet|law|原則|原则|원칙|principio|princípio|principe|prinzip|grundsatz"
    r"|принцип|zasada|nguyên tắc|artículo|artigo|artikel|статья|стаття))"
)
_STRONG_FORMS = (
    rf"{_WORD}\s*#?\s*(?P<id>{_ROMAN}|[0-9０-９]{{1,3}}|{_CJK})(?![^\W_])\s*[.．):：、,—–-]*\s*(?P<name>.*)",
    rf"第(?P<id>{_CJK}|[0-9]{{1,3}})(?:条|條|章|原則|原则)\s*[.．):：、—–-]*\s*(?P<name>.*)",
    r"제\s*(?P<id>[0-9]{1,3})\s*(?:조|원칙)\s*[.):：、—–-]*\s*(?P<name>.*)",
    rf"[(（]?(?P<id>{_ROMAN})(?:\s*[.．):：、）]|\s+[—–·|-](?=\s))\s*(?P<name>.*)",
    rf"§\s*(?P<id>{_ROMAN}|[0-9]{{1,3}})\s*[.．):：、—–-]*\s*(?P<name>.*)",
    rf"[(（]?(?P<id>{_CJK})\s*[.．):：、）]\s*(?P<name>.*)",
    r"(?P<id>P[0-9]{1,2})\s*[.):：—–-]\s*(?P<name>.*)",
)
"""Numerals that only principles have."""
_WEAK_FORMS = (
    r"[(（#]?(?P<id>[0-9０-９]{1,3})(?:\s*[.．):：、）](?![0-9])|\s+[—–·|-](?=\s))\s*(?P<name>.*)",
    r"(?P<id>[①-⑳]|[A-H](?=[.)]\s))[.)]?\s*(?P<name>.*)",
)
"""Numerals that any section may have."""
_FORMS = tuple((re.compile(form), form in _STRONG_FORMS) for form in (*_STRONG_FORMS, *_WEAK_FORMS))

STRENGTH = re.compile(
    r"NON[- ‑]?NEGOTIABLE|不可(?:协商|協商|商议|商議|妥协|妥協|谈判|談判)|(?:妥協|交渉)不可|譲れない|非妥協"
    r"|(?:타협|협상|양보) ?불가|N[ÃA]O[- ]NEGOCI[ÁA]VEL|INEGOCI[ÁA]VEL|NO[- ]NEGOCIABLE|INNEGOCIABLE"
    r"|NON[- ]N[ÉE]GOCIABLE|NON[- ]NEGOZIABILE|NICHT[- ]VERHANDELBAR|UNVERHANDELBAR|НЕ ПОДЛЕЖИТ ОБСУЖДЕНИЮ"
    r"|НЕ ОБСУЖДАЕТСЯ|НЕ ПІДЛЯГАЄ ОБГОВОРЕННЮ|NIENEGOCJOWALN[AEY]|KHÔNG THỂ THƯƠNG LƯỢNG",
    re.IGNORECASE,
)
"""NON-NEGOTIABLE in the languages that constitutions are written in."""
SYMBOLS = "⛔🔒🚫🛑"
"""Marks that mean NON-NEGOTIABLE where a legend says so."""

_ORNAMENTS = SYMBOLS + "\ufe0f *_#✅❌⚠🔴🟡🟢📌⭐"
_BRACKETS_LEFT = (
    (re.compile(r"([(（\[【])\s*[,;、:：—–-]+\s*"), r"\1"),
    (re.compile(r"\s*[,;、:：—–-]+\s*([)）\]】])"), r"\1"),
    (re.compile(r"[(（\[【]\s*[)）\]】]"), ""),
)
"""What a marker leaves behind in its brackets, and what becomes of it."""
_LABEL = re.compile(r"(?i:principle|原則|原则|원칙)\s*[:：]\s*")


@dataclass(frozen=True, slots=True)
class Named:
    """What a heading or list entry calls itself: its numeral, its name, and whether a marker of strength is in it."""

    id: str | None
    name: str
    marked: bool
    strong: bool
    """The numeral is of a form that sections do not have."""


def name_of(words: str) -> Named:
    """Numeral, name and strength of a principle as it is written in a heading, a list or a template."""
    plain = " ".join(words[: MAX_NAME * 4].split())
    marked = STRENGTH.search(plain) is not None
    if marked:
        plain = STRENGTH.sub("", plain)
        for left, instead in _BRACKETS_LEFT:
            plain = left.sub(instead, plain)
    plain = plain.lstrip(_ORNAMENTS)
    for form, strong in _FORMS:
        if found := form.match(plain):
            return Named(found["id"], _clean(found["name"]), marked, strong)
    return Named(None, _clean(_LABEL.sub("", plain, count=1) if _LABEL.match(plain) else plain), marked, strong=False)


def _clean(name: str) -> str:
    for symbol in SYMBOLS:
        name = name.replace(symbol, "")
    return name.replace("\ufe0f", "").strip(" *_—–-:：.、").strip()[:MAX_NAME]
