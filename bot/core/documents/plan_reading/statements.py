"""Classify the words beside and below an assessment: reason, alternative, repair, amendment, approval, evidence."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.core.documents.plan import MAX_STATEMENT, Statement, StatementKind
from bot.core.documents.plan_reading import statement_words as words
from bot.core.documents.plan_reading import verdict, vocabulary
from bot.core.documents.plan_reading.reasons import enough, says_something
from bot.core.text.lexicon import Phrases

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_STATEMENTS = 24
"""Statements that are kept of one item."""
_LOOKED_AT = 2000
_LABEL = re.compile(
    r"(?:^|(?<=[\n.;。；!(（\[|]))[\s*_>✅❌⚠\ufe0f•—–-]*+(?P<label>[^\n:：.;。；!()（）\[\]|]{2,60}?)[\s*_]*+[:：]\s*|"
    r"^[\s*_>]*+(?P<dashed>[^\n:：.;。；()（）—–]{2,40}?)[\s*_]*+(?<=\s)[—–-]{1,2}\s+"
)
"""A label and what ends it. Runs of blanks are possessive, so that a long run costs no more than its length."""
_LABELS = (
    (StatementKind.ALTERNATIVE, words.ALTERNATIVE_LABEL),
    (StatementKind.REASON, words.REASON_LABEL),
    (StatementKind.APPROVAL, words.APPROVAL_LABEL),
    (StatementKind.REPAIR, words.REPAIR_LABEL),
)
_TOLD = (
    (StatementKind.REPAIR, "mends", words.REPAIR),
    (StatementKind.APPROVAL, "approved", words.APPROVAL),
    (StatementKind.POINTER, "pointer", words.POINTER),
    (StatementKind.EXISTING, "existing", words.EXISTING),
)
"""What running text tells, with the key of its phrases in the lexicon."""
_OWN = frozenset({StatementKind.REPAIR, StatementKind.POINTER})
"""Kinds that only an item's own words tell."""
_PHRASES = Phrases("mends", "approved", "pointer", "existing", "repairs", "amendment", "because")


class Clause(Struct, frozen=True):
    """Words beside or below an assessment.

    `label` is the title of the column that they stand in. `own` words stand in the item's own line, cell or row.
    """

    text: str
    line: int
    label: str = ""
    own: bool = True


@lru_cache(maxsize=4096)
def label_kind(label: str) -> StatementKind | None:
    """The kind of statement that a label announces; None for any other label."""
    shown = label.strip(" *_:：.\t")
    if not shown or len(shown) > _LONGEST_LABEL:
        return None
    return next((kind for kind, pattern in _LABELS if pattern.fullmatch(shown)), None)


_LONGEST_LABEL = 60


def column_kind(title: str) -> StatementKind | None:
    """The kind of statement in a column with this title; None for notes and evidence."""
    shown = title.strip(" *_:：.")
    if vocabulary.ALTERNATIVE_HEADER.fullmatch(shown):
        return StatementKind.ALTERNATIVE
    return label_kind(shown)


def read_statements(clauses: Iterable[Clause]) -> tuple[Statement, ...]:
    """The statements of these clauses, in their order, at most `MAX_STATEMENTS`."""
    statements: list[Statement] = []
    opened: StatementKind | None = None
    for clause in clauses:
        if not clause.text.strip(" \t\n*_—–-|"):
            continue
        parts = list(_labelled(clause))
        for kind, text in parts:
            if text.strip():
                statements += _stated(kind, text, clause)
        if parts:
            opened = parts[-1][0] if not parts[-1][1].strip() else None
        elif opened is not None and not clause.own:
            statements.append(_statement(opened, clause.text, clause.line))
        else:
            opened = None
            statements += _unlabelled(clause)
        if len(statements) >= MAX_STATEMENTS:
            break
    return tuple(statements[:MAX_STATEMENTS])


def _labelled(clause: Clause) -> Iterator[tuple[StatementKind, str]]:
    """Each labelled part of a clause, with the words up to the next label."""
    text = clause.text[:_LOOKED_AT]
    kind = column_kind(clause.label) if clause.label else None
    if kind is not None:
        yield kind, text
        return
    marks = []
    for match in _LABEL.finditer(text):
        kind = label_kind(match["label"] or match["dashed"] or "")
        if kind is not None:
            marks.append((match.start(), match.end(), kind))
    if marks and marks[0][0] > 0 and (before := text[: marks[0][0]].strip(" *_\n")):
        yield StatementKind.EVIDENCE, before
    ends = [*(start for start, _, _ in marks[1:]), len(text)]
    for (_, begin, kind), end in zip(marks, ends, strict=False):
        yield kind, text[begin:end]


def _stated(kind: StatementKind, text: str, clause: Clause) -> list[Statement]:
    """The statement of a labelled part; None if the label has no content."""
    if kind is StatementKind.EVIDENCE:
        return _unlabelled(Clause(text, clause.line, own=clause.own))
    if kind is StatementKind.APPROVAL:
        substantial = bool(text.strip(" *_—–-.")) and not vocabulary.NONE.match(text.strip(" *_("))
    else:
        substantial = says_something(text)
    return [_statement(kind, text, clause.line)] if substantial else []


def _unlabelled(clause: Clause) -> list[Statement]:
    text = clause.text[:_LOOKED_AT]
    held = _PHRASES.may_be_in(text)
    kinds = [
        kind
        for kind, key, pattern in _TOLD
        if key in held and (clause.own or kind not in _OWN) and pattern.search(text) is not None
    ]
    if StatementKind.REPAIR not in kinds and "repairs" in held and _mends_a_breach(text):
        kinds.append(StatementKind.REPAIR)
    if StatementKind.REPAIR in kinds and StatementKind.EXISTING in kinds:
        kinds.remove(StatementKind.EXISTING)  # of today's code, and mended
    if "amendment" in held and words.AMENDMENT.search(text) and words.VERSION.search(text):
        kinds.append(StatementKind.AMENDMENT)
    if not kinds and clause.own and "because" in held and words.BECAUSE.search(text) and enough(text):
        kinds.append(StatementKind.ARGUMENT)
    if not kinds:
        kinds.append(StatementKind.QUESTION if verdict.is_open_question(text) else StatementKind.EVIDENCE)
    return [_statement(kind, text, clause.line) for kind in kinds]


def _mends_a_breach(text: str) -> bool:
    """The words say both that there is a breach today and that it is mended: `removes the existing violation`."""
    match = vocabulary.REPAIRS.search(text[:1000])
    return match is not None and words.EXISTING.fullmatch(match[0]) is None


def _statement(kind: StatementKind, text: str, line: int) -> Statement:
    words_left = re.sub(r"[\s\u200d]+", " ", text[: 2 * MAX_STATEMENT])
    return Statement(kind, line, words_left.strip(" *_|—–-:")[:MAX_STATEMENT])
