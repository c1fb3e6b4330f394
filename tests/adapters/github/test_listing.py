"""What the listing of a commit says about the files that GitHub lists as changed."""

from __future__ import annotations

import pytest

from bot.adapters.github.listing import Listing
from bot.core.change.trees import ChangedFile, FileStatus

LISTING = Listing({"": [], "specs": []}, {"specs": "a" * 40})


@pytest.mark.parametrize(
    ("path", "is_lacking"),
    [("specs/001-search/plan.md", True), ("README.md", True), ("specs/\ufffd\ufffd/plan.md", False)],
    ids=["in a listed folder", "at the root", "a name that is not UTF-8, which GitHub cannot send"],
)
def test_a_changed_file_is_lacking_only_where_its_name_could_be_listed(path: str, *, is_lacking: bool) -> None:
    assert LISTING.lacks_a_changed_file([ChangedFile(path, FileStatus.ADDED)]) is is_lacking
