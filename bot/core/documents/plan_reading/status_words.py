"""The words and marks that say a status.

Each entry of `SIGNS` holds a pattern for scripts that put blanks between words and one for marks and scripts that do
not. Order matters: what is seen first wins, so rules and negations come before the words that they take back.
"""

from __future__ import annotations

import re

from bot.core.documents.plan_reading.statement_words import BREAKING
from bot.core.text.lexicon import Pattern, whole_words, with_blanks, without_blanks

_KEYS = {
    "rule": ("rule",),
    "clean": ("no_violation",),
    "conditional": ("conditional",),
    "na": ("not_applicable",),
    "partial": ("partial",),
    "fail": ("fail",),
    "bent": ("deviation", "justified"),
    "pending": ("pending",),
    "fixed": ("resolved",),
    "pass": ("pass",),
    "weak": ("weak_pass",),
}
"""Keys of the lexicon, by the name of the `Sign`."""

SIGNS: dict[str, tuple[str, str]] = {
    **{sign: (with_blanks(*keys), without_blanks(*keys)) for sign, keys in _KEYS.items()},
    "bent": (f"{with_blanks(*_KEYS['bent'])}|{BREAKING}", without_blanks(*_KEYS["bent"])),
    "good_mark": (
        "",
        r"[✅✓✔☑🟢🟩👍🆗🎉💚]|:white_check_mark:|:heavy_check_mark:|〇(?=\s|$)|○(?=\s|$)|◯(?=\s|$)|◎(?=\s|$)",
    ),
    "bad_mark": ("", r"[❌✗✘✖❎☒🔴🟥⛔🚫👎]|:x:|(?<!\w)[×✕⨯╳](?=\s|$)"),
    "soft_mark": ("", r"[⚠🟡🟠🟨🟧🔶🔸❗❕]|:warning:|△"),
    "empty_mark": ("", r"[⬜➖⚪◻▫]"),
    "wait_mark": ("", r"[⏳⏰🕒🔄⏸☐🚧⌛🔜]"),
}
"""What each word and mark says, by the name of its `Sign`."""

PLAIN_SIGNS = {
    **{
        sign: (spaced, unspaced.replace(r"(?=\s|$)", "").replace(r"(?<!\w)", ""))
        for sign, (spaced, unspaced) in SIGNS.items()
    },
    "bent": (f"{with_blanks(*_KEYS['bent'])}|breaking", without_blanks(*_KEYS["bent"])),
}
"""`SIGNS` without look-arounds."""

FILLERS = rf"(?<!\w)(?:{with_blanks('filler')})(?!\w)"
"""Words between two signs of one breath."""

ADMISSION = Pattern(whole_words("admits"), re.IGNORECASE)
