"""Patterns for the labels and headings of a spec, made from the words of the lexicon."""

from __future__ import annotations

import re

from bot.core.text.lexicon import Pattern, anywhere, with_blanks, without_blanks

_I = re.IGNORECASE

STATUS = Pattern(anywhere("document_status"), _I)
"""The label of the status."""
BRANCH = Pattern(anywhere("branch"), _I)
"""The label of the branch."""
TITLE = Pattern(rf"^\s*{anywhere('feature_title')}\s*[:：—–-]\s*", _I)
"""What stands in front of the feature's name in the title."""
STORY = Pattern(rf"[\W_]*{anywhere('story')}\s*-?#?([0-9]{{1,3}})(?![0-9])\s*[:：.)—–-]*\s*(.*)", _I)
"""A story's heading: its number and its title."""
PRIORITY = Pattern(rf"\s*[(（\[]{anywhere('priority')}[^)）\]]*[)）\]].*", _I)
PRIMARY = Pattern(anywhere("main_story"), _I)
"""The heading of the one story that specs of 2025 begin with."""
ENTITIES = Pattern(rf"^entities\b|{anywhere('entities')}", _I)
"""The heading of the key entities."""
NONE = Pattern(
    rf"[\W_]*(?:no (?:new |additional |data )?(?:key |domain |data )?entit"
    rf"|(?:{with_blanks('none')})\b|{without_blanks('none')})",
    _I,
)
"""A line that says that there are none."""
INPUT = Pattern(rf"[\s*_]*{anywhere('input')}\s*[*_]*\s*[:：][\s*_]*(.*)", _I)
SAID = Pattern(rf"^{anywhere('user_description')}\s*[:：]\s*", _I)
"""What the template puts in front of the words that the feature was asked for with."""
CLAIMS = Pattern(anywhere("requirements"), _I)
"""Headings under which a table's first column may define ids."""
MENTIONS = Pattern(anywhere("mentions"), _I)
"""Headings under which ids are only mentioned."""
