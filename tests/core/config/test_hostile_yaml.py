"""Configurations written to cost memory or time: bounded before anything is built."""

from __future__ import annotations

import tracemalloc

import pytest

from bot.core.config.layers import Origin, Rank, read_layer
from bot.core.config.yaml import MAX_BYTES
from tests.core.hostile_texts import YAML
from tests.effort import bounded_work

MOST = 16 * 1024 * 1024
"""Bytes that reading one configuration may take at most."""


@pytest.mark.parametrize("text_of_size", YAML.values(), ids=YAML.keys())
def test_no_configuration_takes_more_memory_than_its_size_allows(text_of_size: object) -> None:
    assert callable(text_of_size)
    text = f"plangate:\n  rules: {text_of_size(MAX_BYTES - 64)}"
    tracemalloc.start()
    try:
        with bounded_work():
            read_layer(text, Origin(Rank.REPOSITORY, ".github/app.yml", "8be41d7"), ())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST
