"""Whether a plan is written in a language whose word lists were tried on labelled plans; only such a plan can block."""

from __future__ import annotations

import re
from functools import cache

from bot.core.documents.plan_reading import verdict
from bot.core.text.lexicon import LANGUAGES, Pattern, languages, words

_LOOKED_AT = 6000
_KEYS = ("filler", "because", "negation", "later", "reason", "principle", "pass", "fail", "complexity", "check", "unit")
_FEWEST = 3
"""Words of an untested language below which a plan counts as written in a tested one."""


def is_of_tested_language(text: str) -> bool:
    """Most of the words that the lexicon knows are of a tested language."""
    text = text[:_LOOKED_AT]
    counts = {language.code: sum(1 for _ in _words_of(language.code).finditer(text)) for language in LANGUAGES}
    tested = max((counts[language.code] for language in LANGUAGES if language.tested), default=0)
    untested = max((counts[language.code] for language in LANGUAGES if not language.tested), default=0)
    return untested < _FEWEST or untested <= tested


def is_tested_status(status: str) -> bool:
    """Every fail word of a status is of a tested language; a mark is of every language."""
    tokens = [token for token in verdict.signs(status) if token.sign is verdict.Sign.FAIL]
    spoken = [languages("fail", status[token.start : token.end]) for token in tokens]
    return all(not named or any(language.tested for language in named) for named in spoken)


@cache
def _words_of(code: str) -> Pattern:
    sources = [source for key in _KEYS if (source := words.BY_LANGUAGE[code].get(key))]
    latin = rf"(?<!\w)(?:{'|'.join(sources)})(?!\w)" if _has_blanks(code) else "|".join(sources)
    return Pattern(latin or r"(?!)", re.IGNORECASE)


def _has_blanks(code: str) -> bool:
    """The phrases are Latin, Cyrillic or any other script that puts blanks between words."""
    return re.search(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]", words.BY_LANGUAGE[code].get("pass", "")) is None
