"""The picture of the rooms is that of the code."""

from __future__ import annotations

from tools.docs.rooms import PICTURE, arrows, boxes, picture


def test_the_picture_is_the_generated_one() -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture(), "run `make docs`"


def test_no_arrow_leads_upwards() -> None:
    height = {box.room: box.y for box in boxes()}
    rooms = frozenset(height)
    assert [pair for pair in arrows(rooms) if height[pair[0]] > height[pair[1]]] == []
