"""A drafted spec: what is filled, what is marked, and that its own reader finds every mark."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.change.trees import Document
from bot.core.documents.spec import read_spec
from bot.core.drafting.from_template.spec import SpecFacts, draft_spec, issue_words, spec_paths, spec_template
from bot.core.text.brackets import brackets, mask_code

BUNDLED = Path(__file__).resolve().parents[4].joinpath("config/spec-template.md").read_text(encoding="utf-8")
FACTS = SpecFacts(
    "specs/022-export-audit-log",
    "Export the audit log",
    "022-export-audit-log",
    "2026-11-22",
    "An auditor downloads all events of a period as one file.",
    BUNDLED,
)

OWN = """---
kind: spec
---
# Feature: [NAME OF THE FEATURE]

**Branch**: `[###-name]` | **Day**: [DATE]
**Wanted**: $ARGUMENTS

<!-- ACTION REQUIRED: fill this in -->
<!-- Stories come in the order of their worth. -->

## Stories

### Story 1 - [Short name]

[Tell it, e.g., "a clerk finds a letter"]

---

### Story 2 - [Short name]

[Tell it]

---

[Add more stories as needed]

## Rules

- **R-1**: It must [do one thing]
- **R-2**: It must [do another]

*Example of something unclear:*

- **R-3**: It must keep [NEEDS CLARIFICATION: how long?]

- Keep this line as it is.

```text
[left alone]
```

See `[not a hole]` and [a link](https://example.org).
"""

DRAWN = """# Feature: Export the audit log

**Branch**: `022-export-audit-log` | **Day**: 2026-11-22
**Wanted**: An auditor downloads all events of a period as one file.

<!-- Stories come in the order of their worth. -->

## Stories

### Story 1 - [NEEDS CLARIFICATION: Short name]

[NEEDS CLARIFICATION: Tell it]

## Rules

- **R-1**: It must [NEEDS CLARIFICATION: do one thing]

- Keep this line as it is.

```text
[left alone]
```

See `[not a hole]` and [a link](https://example.org).
"""


def test_the_repositorys_own_template_is_filled_and_thinned_out() -> None:
    assert draft_spec(replace(FACTS, template=OWN)).text == DRAWN


def test_the_bundled_one_is_read_as_begun_with_every_blank_found() -> None:
    draft = draft_spec(FACTS)
    spec = read_spec(Document(draft.path, draft.text))
    assert (spec.title, spec.branch, spec.unfilled) == (FACTS.title, FACTS.branch, False)
    assert [story.id for story in spec.stories] == ["US1"]
    assert draft.blanks == len(spec.clarifications) == 9
    marks = re.sub(r"\[NEEDS CLARIFICATION: [^\]]+\]", "", draft.text)
    assert not any(any(brackets(mask_code(line))) for line in marks.split("\n"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("It is slow.\n\nVery slow.", "It is slow. Very slow."),
        ("_No response_", "Slow"),
        ("", "Slow"),
        ("> quoted\n\n```\ncode\n```\n\nReal.", "Real."),
        ("<!-- hidden -->\n\nSeen.", "Seen."),
    ],
)
def test_what_was_asked_is_what_the_issue_says(body: str, said: str) -> None:
    assert issue_words("Slow", body) == said


def test_the_template_is_found_as_the_plans_is() -> None:
    core = Document(".specify/templates/spec-template.md", "core")
    override = Document(".specify/templates/overrides/spec-template.md", "override")
    assert spec_template({}, "bundled") == ("bundled", "bundled")
    assert spec_template({core.path: core}, "bundled") == ("core", core.path)
    assert spec_template({one.path: one for one in (core, override)}, "bundled") == ("override", override.path)
    registry = Document(".specify/presets/.registry", '{"presets": {"ours": {}}}')
    assert ".specify/presets/ours/templates/spec-template.md" in spec_paths({registry.path: registry}, (), "")


hostile = st.lists(
    st.sampled_from(
        ["[", "]", "[x", "[FEATURE]", "$ARGUMENTS", "```", "<!--", "-->", "# ", "\n", "- ", "| ", "`", "e.g."]
    )
    | st.text(max_size=8),
    max_size=40,
).map("".join)


@settings(max_examples=150)
@given(hostile, hostile, hostile)
def test_any_template_and_any_words_give_a_draft(template: str, title: str, asked: str) -> None:
    draft = draft_spec(replace(FACTS, title=title, request=asked, template=template))
    assert draft.text.endswith("\n")
    assert draft.blanks <= draft.text.count("NEEDS CLARIFICATION")


@settings(max_examples=60)
@given(hostile, hostile)
def test_foreign_words_stay_on_their_line(title: str, asked: str) -> None:
    drawn = draft_spec(replace(FACTS, title=title, request=asked))
    plain = draft_spec(FACTS)
    assert len(drawn.text.split("\n")) == len(plain.text.split("\n"))
    assert drawn.text.split("\n")[8:] == plain.text.split("\n")[8:]


@pytest.mark.parametrize(
    "text", ["[" * 50_000, "[a] " * 20_000, "### [a b]\n" * 10_000, "- [ab]\n" * 9_000, "[[ab] " * 9_000]
)
def test_a_hostile_template_costs_little(text: str) -> None:
    assert draft_spec(replace(FACTS, template=text)).text
