"""The verdict lattice: what a status cell, a heading, a bullet or a sentence says of a principle.

Status words are only statuses where a status belongs. So there are three kinds of readers: `slot` for text that stands
where nothing but a status is expected, `lead` and `tail` for text that may begin or end with one, and `admission` for
prose. Negations ("no violation"), rules ("PASS when ...") and names that merely contain a status word are seen first.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bot.core.documents.plan import Verdict, Weight
from bot.core.documents.plan_reading import statement_words
from bot.core.documents.plan_reading import status_words as words
from bot.core.text.lexicon import Pattern, Phrases, anywhere, whole_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_TEXT = 600
"""Characters of one text that are looked at for a status."""
_HEAD = 160


class Sign(StrEnum):
    """The meaning of one word or mark."""

    PASS = "pass"  # noqa: S105  a verdict, not a secret
    FAIL = "fail"
    BENT = "bent"
    """Deviation, exception, justified: a breach that is owned up to."""
    PARTIAL = "partial"
    NA = "na"
    PENDING = "pending"
    CONDITIONAL = "conditional"
    GOOD_MARK = "good_mark"
    BAD_MARK = "bad_mark"
    SOFT_MARK = "soft_mark"
    EMPTY_MARK = "empty_mark"
    WAIT_MARK = "wait_mark"
    RULE = "rule"
    """A condition or a rule about verdicts, which is no verdict."""
    CLEAN = "clean"
    """"No violations" and the like."""
    FIXED = "fixed"
    WEAK = "weak"
    """A word that only says pass where nothing but a status is expected, or after a mark."""


MARKS = frozenset({Sign.GOOD_MARK, Sign.BAD_MARK, Sign.SOFT_MARK, Sign.EMPTY_MARK, Sign.WAIT_MARK})


class Reading(Struct, frozen=True):
    """A verdict and where it stands: offsets in the text that was asked about, the end exclusive."""

    verdict: Verdict
    start: int
    end: int
    explicit: bool = True
    weight: Weight = Weight.NONE
    """The most that the assessment can cause."""
    qualified: bool = False
    """The slot itself softens the verdict."""
    plain_no: bool = False
    """A cross before a word that says no failure: `❌ No new service`."""
    repaired: bool = False
    """Behind an arrow the slot says that the breach is mended: `VIOLATION → FIX`."""


class Token(Struct, frozen=True):
    """A sign and where it stands: offsets, the end exclusive. `upper`: written in capitals."""

    sign: Sign
    start: int
    end: int
    upper: bool


def _pattern(spaced: str, unspaced: str) -> Pattern:
    """The words and marks of one sign, in lower case: words behind one look at what precedes them, or marks."""
    latin = rf"(?<![\w/.])(?<!\w-)(?:{spaced})(?![\w/])" if spaced else "(?!)"
    return Pattern(rf"{latin}|(?=[^\x00-\x7f]|:)(?:{unspaced})" if unspaced else latin)


_SIGNS = {Sign(name): _pattern(*sources) for name, sources in words.SIGNS.items()}
_PHRASES = Phrases(further=words.PLAIN_SIGNS)
_BREAK = re.compile(r"\s[—–-]{1,2}\s|[.;:,(\[\n|。；：，（、]|$")
_SENTENCE = re.compile(r"[.;\n。；](?=\s|$|[^\x00-\x7f])|\s[—–-]{1,2}\s|\||$")
_DASH_ONLY = re.compile(r"[\s—–\-_*.…]*$")
_ASIDE = re.compile(r"[(（][^()（）]{0,80}[)）]\s*$")
_FILLER = Pattern(words.FILLERS, re.IGNORECASE)
_EMPHASIS = Pattern(rf"(?:{whole_words('emphasis')}[\s*_:-]*){{1,3}}", re.IGNORECASE)
_ARROW = re.compile(r"\s*(?:[→⇒➜➔⟶]|-{1,2}>|=>)\s*")
_CLAUSE = re.compile(r"\s[—–-]{1,2}\s|—|[.;:\n|。；：]")
_SEPARATED = re.compile(r"\s[—–-]{1,2}\s|—|[:：;；]")
_LEADS_TO_WORD = re.compile(r"[\s\ufe0f\u200d*_]*(?=[^\W\d_])")
_AFTER_BREAK = re.compile(r"[\s—–:：,;(（*_-]{1,8}(?=[^\W_])")
_WINDOW = 24
_SKIP = re.compile(r"[\s*_`~\"'“”«»()\[\]{}|:：.,;!>→⇒=\-—–\ufe0f\u200d]*")


def signs(text: str) -> tuple[Token, ...]:
    """Every sign in the text, in order, rules and negations taken as a whole; what `(was FAIL)` says is left out."""
    return _signs(text)


@lru_cache(maxsize=4096)
def _signs(text: str) -> tuple[Token, ...]:
    """Cached, because the same words are read as a name, a slot and a tail."""
    lower = text.lower().translate(_LIKE_BLANKS)
    if len(lower) != len(text):
        lower = "".join(character if len(character.lower()) > 1 else character.lower() for character in text)
    tokens = []
    for sign, match in _matches(lower):
        written = text[match.start() : match.end()]
        if sign in _CANCELLED_BY_FORMERLY and statement_words.FORMERLY.search(
            lower[max(0, match.start() - _WINDOW) : match.start()]
        ):
            continue
        denied = sign is Sign.FAIL and _is_denied(lower, match.start(), match.end())
        tokens.append(
            Token(Sign.CLEAN if denied else sign, match.start(), match.end(), written.isupper() and len(written) > 1)
        )
    return tuple(tokens)


_LIKE_BLANKS = {ord("’"): "'"} | dict.fromkeys(map(ord, "¹²³⁴⁵⁶⁷⁸⁹⁰†‡"), " ")
"""Signs of a footnote end a word, and both apostrophes are one."""


def _is_denied(lower: str, start: int, end: int) -> bool:
    """Whether a negation stands right before a fail word, and nothing goes on behind it: `not violated`."""
    if statement_words.DENIED.search(lower[max(0, start - _WINDOW) : start]) is None:
        return False
    return _BREAK.match(lower, _skip_spaces(lower, end)) is not None or _BREAK.match(lower, end) is not None


def _matches(text: str) -> Iterator[tuple[Sign, re.Match[str]]]:
    """The signs as one alternation of all would find them: of two at one place the first in the order of `SIGNS`."""
    held = _PHRASES.may_be_in(text)
    ahead = {
        sign: match for sign, pattern in _SIGNS.items() if sign in held and (match := pattern.search(text)) is not None
    }
    while ahead:
        first = min(ahead, key=lambda sign: ahead[sign].start())
        end = ahead[first].end()
        yield first, ahead[first]
        for sign, match in list(ahead.items()):
            if match.start() < end:
                later = _SIGNS[sign].search(text, end)
                if later is None:
                    del ahead[sign]
                else:
                    ahead[sign] = later


_CANCELLED_BY_FORMERLY = frozenset({Sign.FAIL, Sign.PARTIAL, Sign.BAD_MARK, Sign.SOFT_MARK, Sign.PENDING, Sign.BENT})
_GRAVITY = (Verdict.VIOLATION, Verdict.PARTIAL, Verdict.PENDING, Verdict.UNANSWERED, Verdict.NA, Verdict.PASS)


def rank(verdict: Verdict) -> int:
    """The severity of a verdict as a rank: 0 is the worst, a violation."""
    return _GRAVITY.index(verdict)


def worse(left: Verdict, right: Verdict) -> bool:
    """Whether the first verdict is worse than the second."""
    return rank(left) < rank(right)


def slot(text: str) -> Reading | None:
    """The verdict of a text that stands in a status slot; None where it holds none (empty, a question, prose)."""
    text = text[:MAX_TEXT]
    if not text.strip():
        return None
    if _DASH_ONLY.match(text):
        return Reading(Verdict.NA, 0, len(text))
    leading = lead(text, strict=False)
    if leading is not None:
        return leading
    head = text[: _sentence_end(text)]
    tokens = [token for token in signs(head) if token.sign not in {Sign.RULE, Sign.FIXED}]
    reading = _weigh(tokens, head) if tokens else None
    if reading is None or reading.weight is not Weight.FAIL:
        return reading
    # A fail word in the middle of a sentence: read, but too little to block.
    return replace(reading, weight=Weight.PARTIAL)


def lead(text: str, *, strict: bool = True) -> Reading | None:
    """The verdict that a text begins with; of `FAIL → PASS` the last one.

    With `strict` a bare word other than a pass must be the whole clause, stand in capitals, or follow a mark:
    "Partial updates are sent" and "Fail closed everywhere" begin with no verdict.
    """
    text = text[:MAX_TEXT]
    first = _lead(text, strict=strict)
    if first is None:
        return None
    arrow = _ARROW.search(text, first.end, first.end + _HEAD)
    if arrow is None or _CLAUSE.search(text, first.end, arrow.start()):
        return first
    last = _lead(text[arrow.end() :], strict=False)
    later = _ARROW.search(text, arrow.end(), arrow.end() + _HEAD)
    if last is None and later is not None:
        last, arrow = _lead(text[later.end() :], strict=False), later
    if last is None:
        mended = statement_words.MENDS_ALONE.match(text, arrow.end()) is not None
        return replace(first, qualified=True, repaired=mended)
    return replace(last, start=last.start + arrow.end(), end=last.end + arrow.end())


def _lead(text: str, *, strict: bool) -> Reading | None:
    start = _skip(text, 0)
    tokens = signs(text[: start + _HEAD])
    if not tokens:
        return None
    first = tokens[0]
    if first.start > start and (first.sign is not Sign.FAIL or not _is_emphasis(text[start : first.start])):
        return None
    if first.sign is Sign.RULE or (strict and first.sign in {Sign.WEAK, Sign.FIXED}):
        return None
    breath = _contiguous(text, tokens)
    if strict and first.sign not in MARKS and first.sign not in {Sign.PASS, Sign.CLEAN, Sign.NA}:
        end = breath[-1].end
        pure = (_BREAK.match(text, end) or _BREAK.match(text, _skip_spaces(text, end))) is not None
        if not pure and not first.upper:
            return None
    return _weigh(breath, text)


def _is_emphasis(before: str) -> bool:
    """Whether the words before a fail word only make it stronger: `Major violation`, `Gate failed`."""
    return _EMPHASIS.fullmatch(before) is not None


def tail(text: str, *, heading: bool = False) -> Reading | None:
    """The verdict that a text ends with: `... ✅`, `... [PASS]`, `... — PASS`, `... (compliant)`.

    In a heading capitals are enough: `I. Clean Architecture PASS`.
    """
    begin = max(0, len(text) - _HEAD)
    tokens = [token for token in signs(text[begin:]) if token.sign is not Sign.RULE]
    if not tokens:
        return None
    last = tokens[-1]
    if last.sign is Sign.WEAK and (len(tokens) < 2 or tokens[-2].sign not in MARKS):  # noqa: PLR2004  a mark before it
        return None
    after = text[begin + last.end :]
    if heading:
        after = _ASIDE.sub("", after)
    if _FILLER.sub("", after).strip(" \t\n*_`.!)]}\ufe0f\u200d"):
        return None
    breath = [last]
    for token in reversed(tokens[:-1]):
        between = text[begin + token.end : begin + breath[0].start]
        if token.sign is Sign.WEAK or _FILLER.sub("", between).strip(" \t\n*_`,()[]—–-\ufe0f\u200d|/"):
            break
        breath.insert(0, token)
    if breath[0].sign not in MARKS and not (heading and breath[0].upper and begin + breath[0].start):
        before = text[: begin + breath[0].start].rstrip(" *_`")
        if before and before[-1] not in "[(（—–-:：.→⇒|=。!":
            return None
    moved = [Token(token.sign, token.start + begin, token.end + begin, token.upper) for token in breath]
    return _weigh(moved, text)


def admission(text: str) -> Reading | None:
    """A breach that prose clearly admits. A condition, a negation or a mention does not count."""
    match = words.ADMISSION.search(text[:MAX_TEXT])
    if match is None:
        return None
    return Reading(Verdict.PARTIAL, match.start(), match.end(), explicit=False, weight=Weight.ADMISSION)


def begins_with_mark(text: str) -> bool:
    """Whether the text begins with a mark."""
    start = _skip(text, 0)
    tokens = signs(text[: start + 4])
    return bool(tokens) and tokens[0].sign in MARKS and tokens[0].start <= start


def begins_with_good_mark(text: str) -> bool:
    """Whether the text begins with a tick."""
    return begins_with_mark(text) and signs(text)[0].sign is Sign.GOOD_MARK


def denial(text: str) -> Reading | None:
    """The fail in a text behind a status label that begins with a plain no: `Compliance: No`; None for another text."""
    match = _FIRST_WORD.match(text)
    if match is None or not (_NO.fullmatch(match[1]) and _YES_NO.fullmatch(match[1])):
        return None
    return Reading(Verdict.VIOLATION, match.start(1), match.end(1), weight=Weight.FAIL)


_FIRST_WORD = re.compile(r"[\s*_`]*([^\W\d_]{1,12})[*_`]*\s*(?=$|[—–,;.!(\n-])")
_YES_NO = Pattern(anywhere("yes_no"), re.IGNORECASE)
_NO = Pattern(anywhere("negation"), re.IGNORECASE)


def is_open_question(text: str) -> bool:
    """Whether the text asks a question that nothing after it answers."""
    ending = text.rstrip(" *_`)")
    if ending.endswith(("?", "？")):
        return True
    head, mark, after = text.replace("？", "?").rpartition("?")
    return bool(mark) and bool(head) and _PARENTHESIS.fullmatch(after.strip()) is not None


_PARENTHESIS = re.compile(r"[(（][^()（）]{0,200}[)）][.\s]*")


def _skip(text: str, position: int) -> int:
    match = _SKIP.match(text, position)
    return match.end() if match else position


def _skip_spaces(text: str, position: int) -> int:
    while position < len(text) and text[position] in " *_`)]~\ufe0f":
        position += 1
    return position


def _sentence_end(text: str) -> int:
    match = _SENTENCE.search(text)
    return match.start() if match else len(text)


def _contiguous(text: str, tokens: Sequence[Token]) -> Sequence[Token]:
    """The first sign and those that directly follow it: `⚠️ N/A`, `PASS with a recorded deviation`.

    Behind a dash, a colon or a bracket that follows a word the evidence begins: `PASS - failure codes are tested`.
    """
    breath = [tokens[0]]
    for token in tokens[1:]:
        between = text[breath[-1].end : token.start]
        if _FILLER.sub("", between).strip(" \t*_`:,()（）[]—–-/|\ufe0f\u200d") or "\n" in between:
            break
        if breath[-1].sign is Sign.GOOD_MARK and _is_subject(token, text):
            break
        worded = any(earlier.sign not in MARKS for earlier in breath)
        if worded and _SEPARATED.search(between) and token.sign not in _GOES_ON:
            break
        breath.append(token)
    return breath


def _is_subject(token: Token, text: str) -> bool:
    """Whether a word behind a tick is what the evidence is about, and no status: `✅ failure paths share a handler`."""
    if _GOES_ON_AS_WORD.match(text, token.end) is None:
        return False
    lower = text[token.start] == text[token.start].lower()
    return token.sign is Sign.FAIL or (lower and token.sign in {Sign.PARTIAL, Sign.PENDING, Sign.BENT})


_GOES_ON_AS_WORD = re.compile(r"[ \t]?[^\W\d_]")
_GOES_ON = frozenset({Sign.NA, Sign.PASS, Sign.GOOD_MARK})
"""Words that a dash does not separate from the word before it: `FAIL - N/A`, `Required: ✅`."""


def _weigh(tokens: Sequence[Token], text: str) -> Reading | None:
    """The verdict of several signs together."""
    weighed = [token for token in tokens if token.sign is not Sign.RULE]
    if not weighed:
        return None
    start, end = tokens[0].start, tokens[-1].end
    verdict, weight = _lattice(weighed, text)
    if weight is not Weight.NONE and _ASKED.match(text, end):
        verdict, weight = Verdict.PENDING, Weight.OPEN
    plain_no = False
    if weight in {Weight.FAIL, Weight.PARTIAL} and all(token.sign in MARKS for token in weighed):
        worded = _is_followed_by_word(text, end)
        plain_no = worded and weight is Weight.FAIL
        if worded and weight is Weight.PARTIAL:
            weight = Weight.OPEN
    qualified = weight is Weight.FAIL and (any(token.sign is Sign.BENT for token in weighed) or _is_softened(text, end))
    return Reading(verdict, start, end, weight=weight, qualified=qualified, plain_no=plain_no)


_ASKED = re.compile(r"[\s*_`()（）\[\]]*[?？]")


def _is_followed_by_word(text: str, end: int) -> bool:
    """Whether a word directly follows the mark, without a dash, colon or bracket."""
    return _LEADS_TO_WORD.match(text, end) is not None


def _is_softened(text: str, end: int) -> bool:
    """Whether the slot shows that the fail is known: `FAIL (accepted)`, `FAIL — justified`."""
    stop = _CLAUSE.search(text, end)
    direct = text[end : stop.start() if stop else len(text)][:_HEAD]
    if statement_words.ACCEPTED.search(direct):
        return True
    if stop is None:
        return False
    behind = _AFTER_BREAK.match(text, stop.start())
    return behind is not None and statement_words.ACCEPTED.match(text, behind.end()) is not None


def _lattice(tokens: Sequence[Token], text: str) -> tuple[Verdict, Weight]:  # noqa: C901, PLR0911  a lattice reads best as one ladder
    signs_ = [token.sign for token in tokens]
    kinds = set(signs_)
    first_word = next((token for token in tokens if token.sign not in MARKS and token.sign is not Sign.WEAK), None)
    good = Sign.PASS in kinds or Sign.GOOD_MARK in kinds
    if first_word is None:
        return next((_BY_MARK[sign] for sign in signs_ if sign in MARKS), (Verdict.PASS, Weight.NONE))
    first = first_word.sign
    if Sign.CONDITIONAL in kinds:
        return Verdict.PENDING, Weight.OPEN
    if Sign.FIXED in kinds and (good or first in {Sign.FAIL, Sign.FIXED, Sign.BENT}):
        return Verdict.PASS, Weight.NONE
    if first is Sign.PASS and Sign.PARTIAL in kinds:
        return Verdict.PASS, Weight.NONE  # `PASS (partial reload)`
    if Sign.PARTIAL in kinds:
        partial = next(token for token in tokens if token.sign is Sign.PARTIAL)
        noticed = statement_words.NOTICED.match(text[partial.start : partial.end]) is not None
        return Verdict.PARTIAL, Weight.OPEN if noticed else Weight.PARTIAL
    if first is Sign.PASS and signs_[0] is Sign.BAD_MARK and Sign.GOOD_MARK not in kinds:
        return Verdict.VIOLATION, Weight.FAIL  # `❌ WILL COMPLY`: what the eye sees first
    if first is Sign.PASS:
        owned = any(token.sign in {Sign.BENT, Sign.FAIL} and _is_breach(token, text) for token in tokens)
        return (Verdict.PARTIAL, Weight.ADMISSION) if owned else (Verdict.PASS, Weight.NONE)
    if first is Sign.CLEAN:
        return Verdict.PASS, Weight.NONE
    if first is Sign.NA:
        return Verdict.NA, Weight.NONE
    if first is Sign.PENDING:
        return Verdict.PENDING, Weight.OPEN
    if first is Sign.BENT:
        return Verdict.PARTIAL if good else Verdict.VIOLATION, Weight.ADMISSION
    return (Verdict.PARTIAL, Weight.PARTIAL) if good else (Verdict.VIOLATION, Weight.FAIL)


def _is_breach(token: Token, text: str) -> bool:
    """Whether the word means a breach: in `PASS with justified additions` it does not."""
    if _JUSTIFIED.fullmatch(text[token.start : token.end]) is None:
        return True
    return _GOES_ON_AS_NOUN.match(text, token.end) is None


_JUSTIFIED = Pattern(anywhere("justified"), re.IGNORECASE)
_GOES_ON_AS_NOUN = Pattern(rf"[\s*_]+(?!{anywhere('violation', 'deviation', 'complexity')})[^\W\d_]", re.IGNORECASE)
_BY_MARK = {
    Sign.GOOD_MARK: (Verdict.PASS, Weight.NONE),
    Sign.BAD_MARK: (Verdict.VIOLATION, Weight.FAIL),
    Sign.SOFT_MARK: (Verdict.PARTIAL, Weight.PARTIAL),
    Sign.EMPTY_MARK: (Verdict.NA, Weight.NONE),
    Sign.WAIT_MARK: (Verdict.PENDING, Weight.OPEN),
}
