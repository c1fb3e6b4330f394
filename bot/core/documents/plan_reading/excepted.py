"""Principles that a line about the whole gate does not pass: `All principles pass, except VI. Simplicity`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.core.documents.plan_reading import verdict
from bot.core.documents.plan_reading.statement_words import EXCEPTING, NEGATION
from bot.core.documents.plan_reading.verdict import Sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.core.documents.plan_reading.joining import Joiner
    from bot.core.documents.plan_reading.verdict import Token

_MOST = 600
"""Characters of a line that are looked at."""
# "VI. Simplicity" is one name: a point behind a numeral ends no sentence.
_SENTENCES = re.compile(r"[;\n。；]|(?<![IVXLC\d])\.(?=\s|$)")
_CLAUSES = re.compile(r"[,:：，、()（）\[\]]|\s[—–-]{1,2}\s|—")
_ENDS = re.compile(r"[\s*_`]*(?:$|[^\w\s]|[\u3040-\u9fff]|(?:by|as|since|because|due|here|now|today)\b)")
_PREDICATES = frozenset({Sign.FAIL, Sign.BAD_MARK})
_PASSES = frozenset({Sign.PASS, Sign.GOOD_MARK, Sign.CLEAN, Sign.NA})
_DOUBTS = frozenset({Sign.RULE, Sign.PENDING, Sign.CONDITIONAL, Sign.NA, Sign.FIXED})


def excepted(text: str, joiner: Joiner) -> Iterator[str]:
    """The ids of the principles that the line says are broken or not passed, each once a sentence.

    A sentence with a condition, a negation or a repair says nothing.
    """
    for sentence in _SENTENCES.split(text[:_MOST]):
        tokens = verdict.signs(sentence)
        said = {token.sign for token in tokens}
        if (
            said & _DOUBTS
            or _is_negated(sentence, tokens)
            or not (said & _PREDICATES or Sign.BENT in said or EXCEPTING.search(sentence))
        ):
            continue
        yield from dict.fromkeys(_of_sentence(sentence, joiner))


def _of_sentence(sentence: str, joiner: Joiner) -> Iterator[str]:
    before: tuple[str, ...] = ()
    """What the clauses up to here named last."""
    announced = False
    for clause in filter(str.strip, _CLAUSES.split(sentence)):
        excepting = EXCEPTING.search(clause)
        if excepting is not None:
            yield from _beside(clause, excepting, joiner)
            continue
        tokens = verdict.signs(clause)
        said = {token.sign for token in tokens}
        names = joiner.all_named(clause)
        # "Exception handling" and "the failure mode" are about something else.
        ended = {token.sign for token in tokens if _ENDS.match(clause, token.end)}
        broken = bool(ended & _PREDICATES)
        if said & _PASSES and not said & _PREDICATES:
            announced = Sign.BENT in ended
        elif names and (broken or announced):
            yield from names
        elif broken and before:
            yield from before
        elif broken or Sign.BENT in ended:
            announced = True
        before = names or before


def _beside(clause: str, excepting: re.Match[str], joiner: Joiner) -> Iterator[str]:
    """The principles behind the word, up to a word that passes the others; where there are none, those in front."""
    behind = clause[excepting.end() :]
    passed = next((token.start for token in verdict.signs(behind) if token.sign in _PASSES), None)
    yield from joiner.all_named(behind[:passed]) or joiner.all_named(clause[: excepting.start()])


def _is_negated(sentence: str, tokens: tuple[Token, ...]) -> bool:
    """Whether a negation stands in the sentence outside of the words for a breach."""
    breaches = [token for token in tokens if token.sign in _PREDICATES]
    return any(
        not any(token.start <= match.start() < token.end for token in breaches) for match in NEGATION.finditer(sentence)
    )
