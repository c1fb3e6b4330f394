"""The words of plans, as they are looked for in a text."""

from __future__ import annotations

import re

import pytest

from bot.core.text.lexicon import Pattern, Phrases, whole_words


@pytest.mark.parametrize("key", ["task_removes", "task_verifies", "task_conditional", "task_skipped", "task_optional"])
@pytest.mark.parametrize(
    "text",
    [
        "Remove it",
        "premove it",
        "Entferne a.py",
        "entfernt, falls vorhanden",
        "删除 a.py",
        "{p} を削除する",
        "Удалить a.py, если нужно",
        "zkontroluj (volitelné)",
        "Verificar y eliminar",
        "optional",
        "an optionality",
        "हटाएँ",
        "",
    ],
)
def test_phrases_are_found_as_by_the_expression(key: str, text: str) -> None:
    expected = Pattern(whole_words(key), re.IGNORECASE).search(text) is not None
    assert (key in Phrases(key).found_in(text)) == expected


def test_phrases_are_found_behind_any_amount_of_other_text() -> None:
    noise = "the plan violates nothing, fixes things and 違反 deviat " * 5_000
    assert "mends" not in Phrases("mends").may_be_in(noise)
    assert "mends" in Phrases("mends").may_be_in(f"{noise}This\u3000feature\nfixes it")
