"""The lexicon: a file a language, the same keys in each, and one module made from them."""

from __future__ import annotations

import re

import pytest

from bot.core.documents.plan import Verdict
from bot.core.documents.plan_reading import verdict
from bot.core.text import lexicon
from tools import lexicon as generator

FILES = generator.read()
MAY_BE_EMPTY = {"before_numeral", "after_numeral", "digits"}
TESTED = {"en", "es", "ja", "pt", "ru", "vi", "zh"}


def test_the_module_is_what_the_files_say() -> None:
    assert generator.MODULE.read_text(encoding="utf-8") == generator.module(FILES), "run `make lexicon`"


def test_there_are_many_languages() -> None:
    assert len(FILES) >= 24


@pytest.mark.parametrize("code", FILES)
def test_a_file_has_every_key_with_phrases(code: str) -> None:
    words = FILES[code]["words"]
    assert list(words) == list(FILES["en"]["words"])
    assert [key for key, phrases in words.items() if not phrases and key not in MAY_BE_EMPTY] == []
    assert [key for key, phrases in words.items() if len(phrases) != len(set(phrases))] == []


@pytest.mark.parametrize("code", FILES)
def test_no_phrase_matches_nothing_at_all(code: str) -> None:
    for key, phrases in FILES[code]["words"].items():
        for phrase in phrases:
            assert re.fullmatch(generator.source(phrase), "") is None, (key, phrase)


def test_languages_that_were_tried_on_labelled_plans_say_so() -> None:
    assert {language.code for language in lexicon.LANGUAGES if language.tested} == TESTED


@pytest.mark.parametrize(
    ("phrase", "texts", "others"),
    [
        ("pass(es|ed)?", ["pass", "passes", "passed"], ["passing"]),
        ("konstytucj*", ["konstytucja", "konstytucji"], ["konstytuc"]),
        ("n ?/ ?a", ["n/a", "n / a"], ["na"]),
        ("no ...gates?", ["no gates", "no such new gate"], ["no gate of any kind at all"]),
        ("post[- ]*design", ["postdesign", "post-design", "post - design"], ["post_design"]),
        ("vi phạm", ["vi phạm", "vi  phạm", "vi\nphạm"], ["viphạm"]),
        ("n.a.", ["n.a."], ["nxax"]),
    ],
)
def test_signs_in_a_phrase(phrase: str, texts: list[str], others: list[str]) -> None:
    pattern = re.compile(generator.alternation([phrase]))
    assert [text for text in texts if not pattern.fullmatch(text)] == []
    assert [text for text in others if pattern.fullmatch(text)] == []


def test_a_word_says_which_languages_it_is_of() -> None:
    assert [language.code for language in lexicon.languages("fail", "Verstoß")] == ["de"]
    assert [language.code for language in lexicon.languages("fail", " FAIL ")] == ["en"]
    assert lexicon.languages("fail", "sunshine") == ()


def test_only_a_language_that_was_tried_may_block() -> None:
    assert lexicon.is_tested("fail", "VIOLATION")
    assert lexicon.is_tested("fail", "违反")
    assert not lexicon.is_tested("fail", "Verstoß")


@pytest.mark.parametrize("key", FILES["en"]["words"])
def test_every_key_has_phrases_of_both_kinds_of_script(key: str) -> None:
    """An empty alternative would match everywhere."""
    assert lexicon.without_blanks(key)
    assert lexicon.with_blanks(key) or key in MAY_BE_EMPTY


READ_AS: dict[str, set[Verdict | None]] = {
    "pass": {Verdict.PASS},
    "fail": {Verdict.VIOLATION},
    "partial": {Verdict.PARTIAL},
    "not_applicable": {Verdict.NA},
    "pending": {Verdict.PENDING},
    "conditional": {Verdict.PENDING},
    "deviation": {Verdict.VIOLATION, Verdict.PARTIAL},
    "no_violation": {Verdict.PASS},
    "resolved": {Verdict.PASS, None},
}


@pytest.mark.parametrize("code", FILES)
def test_a_status_means_in_a_cell_what_its_language_says(code: str) -> None:
    """No phrase of one language is taken for another one's opposite."""
    wrong = [
        (key, phrase, reading)
        for key, verdicts in READ_AS.items()
        for phrase in FILES[code]["words"][key]
        if not set(phrase) & set("()[]?*") and (reading := verdict.slot(phrase)) is not None
        if reading.verdict not in verdicts
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("phrase", "foreign"),
    [
        ("fail", False),
        ("não", True),
        ("n[aã]o", False),
        ("n(ão)?", False),
        ("kararı", False),
        ("hazır", False),
        ("违反", True),
    ],
)
def test_a_phrase_is_foreign_where_it_needs_a_letter_outside_ascii(phrase: str, foreign: bool) -> None:
    assert generator.is_foreign(phrase) == foreign


@pytest.mark.parametrize("key", FILES["en"]["words"])
def test_a_text_without_foreign_letters_is_read_the_same_without_foreign_phrases(key: str) -> None:
    asked = lexicon.Pattern(lexicon.anywhere(key), re.IGNORECASE)
    whole = re.compile(lexicon.anywhere(key), re.IGNORECASE)
    phrases = " ".join(phrase for language in FILES.values() for phrase in language["words"][key])
    text = "".join(letter for letter in re.sub(r"[()?*|\[\]]", "", phrases) if letter.isascii()) + " ✅ — "
    assert [match.span() for match in asked.finditer(text)] == [match.span() for match in whole.finditer(text)]
    assert asked.search("违反 não") is None or whole.search("违反 não") is not None
