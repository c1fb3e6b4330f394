"""What only a person can judge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.change.feature import Due
from bot.core.speech.render.for_people import for_people
from bot.core.speech.render.markdown import Links
from tests.core.speech.render import story


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("N/A: GET only", "  > GET only"),
        ("n/a – GET only", "  > GET only"),
        ("N/A", "  > N/A"),
        ("no N/A: values", "  > no N/A: values"),
    ],
)
def test_a_reason_does_not_say_again_that_the_document_is_not_applicable(reason: str, told: str) -> None:
    feature = story.PASSING_FEATURE
    artifacts = tuple(
        replace(artifact, reason=reason) if artifact.due is Due.OFF and artifact.reason else artifact
        for artifact in feature.artifacts
    )
    entries = for_people(replace(feature, artifacts=artifacts), Links(story.CONTEXT))
    assert entries[-1].split("\n")[1] == told
