"""A principle is weaker when a duty becomes advice, in whatever language the constitution is written."""

from __future__ import annotations

import pytest

from bot.core.change.trees import document
from bot.core.text.lexicon import LANGUAGES
from bot.core.yardstick.amendment import Turn, amendment

PATH = ".specify/memory/constitution.md"
DUTY_AND_ADVICE = {
    "ar": ("يجب كتابة الاختبارات أولا.", "يمكن كتابة الاختبارات أولا."),
    "bg": ("Тестовете трябва да са първи.", "Тестовете могат да са първи."),
    "cs": ("Testy musí vzniknout první.", "Testy by měly vzniknout první."),
    "da": ("Tests skal skrives først.", "Tests bør skrives først."),
    "de": ("Tests müssen zuerst geschrieben werden.", "Tests sollten zuerst geschrieben werden."),
    "el": ("Οι δοκιμές πρέπει να προηγούνται.", "Οι δοκιμές μπορούν να προηγούνται."),
    "en": ("Tests MUST come first.", "Tests SHOULD come first."),
    "es": ("Las pruebas deben escribirse primero.", "Las pruebas pueden escribirse primero."),
    "fa": ("آزمون‌ها باید نخست نوشته شوند.", "آزمون‌ها بهتر است نخست نوشته شوند."),
    "fi": ("Testit täytyy kirjoittaa ensin.", "Testit pitäisi kirjoittaa ensin."),
    "fr": ("Les tests doivent précéder le code.", "Les tests devraient précéder le code."),
    "he": ("חובה לכתוב בדיקות תחילה.", "רצוי לכתוב בדיקות תחילה."),
    "hi": ("परीक्षण पहले लिखना अनिवार्य है।", "परीक्षण पहले लिखना वैकल्पिक है।"),
    "hu": ("A teszteket előbb meg kell írni.", "A teszteket előbb ajánlott megírni."),
    "id": ("Pengujian harus ditulis lebih dulu.", "Pengujian sebaiknya ditulis lebih dulu."),
    "it": ("I test devono precedere il codice.", "I test dovrebbero precedere il codice."),
    "ja": ("テストを先に書くことは必須である。", "テストを先に書くことを推奨する。"),
    "ko": ("테스트는 반드시 먼저 작성한다.", "테스트는 먼저 작성하는 것을 권장한다."),
    "nb": ("Tester skal skrives først.", "Tester bør skrives først."),
    "nl": ("Tests moeten eerst komen.", "Tests mogen eerst komen."),
    "pl": ("Testy muszą powstać najpierw.", "Testy mogą powstać najpierw."),
    "pt": ("Os testes devem vir primeiro.", "Os testes podem vir primeiro."),
    "ro": ("Testele trebuie scrise întâi.", "Testele ar trebui scrise întâi."),
    "ru": ("Тесты должны появиться первыми.", "Тесты могут появиться первыми."),
    "sk": ("Testy musia vzniknúť prvé.", "Testy by mali vzniknúť prvé."),
    "sv": ("Tester måste skrivas först.", "Tester bör skrivas först."),
    "th": ("ต้องเขียนการทดสอบก่อน", "ควรเขียนการทดสอบก่อน"),
    "tr": ("Önce test yazmak zorunludur.", "Önce test yazmak önerilir."),
    "uk": ("Тести повинні з'явитися першими.", "Тести можуть з'явитися першими."),
    "vi": ("Kiểm thử phải được viết trước.", "Kiểm thử nên được viết trước."),
    "zh": ("必须先写测试。", "建议先写测试。"),
}


def turns(before: str, after: str) -> list[Turn]:
    """How a principle changes whose text was the first and is the second."""
    old, new = (
        document(PATH, f"# Constitution\n\n## Core Principles\n\n### I. Test First\n\n{text}\n".encode())
        for text in (before, after)
    )
    return [turn for turn, _ in amendment(old, new, PATH).turns]


def test_every_language_has_a_pair() -> None:
    assert set(DUTY_AND_ADVICE) == {language.code for language in LANGUAGES}


@pytest.mark.parametrize("code", DUTY_AND_ADVICE)
def test_a_duty_that_becomes_advice_is_weaker(code: str) -> None:
    duty, advice = DUTY_AND_ADVICE[code]
    assert turns(duty, advice) == [Turn.WEAKENED]
    assert turns(advice, duty) == [Turn.STRENGTHENED]
    assert turns(duty, duty.rstrip(".") + "!") == [Turn.REWORDED]
