"""Which folders a change is about."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.config.model import NumberMode, RepositoryConfig
from bot.core.features.which_features import FeatureChoice, which_features
from bot.core.text.prose import plain
from tests.core.changes import Files, change

_DEFAULT = RepositoryConfig()
_FERRY = {
    "specs/017-labels/plan.md": "# Labels",
    "specs/018-webhook-retry/plan.md": "# Webhook retry",
    "specs/020-audit-export/plan.md": "# Audit export",
    "src/lib.rs": "fn main() {}",
}
_CODE = {**_FERRY, "src/lib.rs": "fn main() { retry() }"}


def _on(branch: str, head: Files = _CODE, config: RepositoryConfig = _DEFAULT) -> FeatureChoice:
    return which_features(change(head, _FERRY, head_branch=branch), config)


def _own(branch: str, head: Files = _CODE, config: RepositoryConfig = _DEFAULT) -> str | None:
    own = _on(branch, head, config).own
    return own.path if own else None


def test_the_number_points_to_its_folder() -> None:
    assert _own("018-webhook-retry") == "specs/018-webhook-retry"
    assert _own("018-webhook-retry-part2") == "specs/018-webhook-retry"
    assert _own("feat/018-anything") == "specs/018-webhook-retry"
    assert _own("fix/018-flaky") == "specs/018-webhook-retry"


def test_numbers_are_compared_as_they_are_written() -> None:
    assert _own("0018-webhook-retry") == "specs/0018-webhook-retry"


def test_a_new_number_announces_a_folder_when_it_can_be_one() -> None:
    assert _own("021-export") == "specs/021-export"
    assert _own("feat/040-export") == "specs/040-export"
    assert _own("20260319-143022-export") == "specs/20260319-143022-export"
    assert _own("0999-export") == "specs/0999-export"


def test_a_number_out_of_reach_is_none_and_the_note_says_why() -> None:
    choice = _on("404-on-empty-page")
    assert choice.own is None
    assert [plain(note) for note in choice.notes] == [
        "branch 404-on-empty-page: 404 is no feature number here: no specs/404-*, and the highest is 020"
    ]


def test_a_fix_announces_no_folder() -> None:
    choice = _on("fix/021-crash")
    assert choice.own is None
    assert [plain(note) for note in choice.notes] == [
        "branch fix/021-crash: no specs/021-*, and a branch below fix/ begins no feature"
    ]


def test_issue_numbers_alone_announce_no_folder() -> None:
    config = RepositoryConfig(number=NumberMode.ISSUE)
    assert _own("021-crash", config=config) is None
    assert _own("018-crash", config=config) == "specs/018-webhook-retry"


def test_the_first_feature_of_a_repository_counts_from_zero() -> None:
    choice = which_features(change({"a.rs": "x"}, {}, head_branch="400-x"), _DEFAULT)
    assert choice.own is None
    assert "there is no feature yet" in plain(choice.notes[0])
    first = which_features(change({"a.rs": "x"}, {}, head_branch="001-x"), _DEFAULT)
    assert first.own is not None


_TWINS = {**_CODE, "specs/018-audit/plan.md": "# Audit"}


def _twins(branch: str, **more: str) -> FeatureChoice:
    return which_features(
        change({**_TWINS, **more}, {**_FERRY, "specs/018-audit/plan.md": "# Audit"}, head_branch=branch), _DEFAULT
    )


def test_two_folders_with_the_number_are_ambiguous() -> None:
    choice = _twins("018-fixes")
    assert choice.own is None
    assert [folder.name for folder in choice.ambiguous] == ["018-audit", "018-webhook-retry"]
    assert choice.looked_at == ()


def test_a_name_or_a_change_tells_them_apart() -> None:
    assert (own := _twins("018-audit-more").own) is not None
    assert own.name == "018-audit"
    assert (own := _twins("018-fixes", **{"specs/018-webhook-retry/tasks.md": "x"}).own) is not None
    assert own.name == "018-webhook-retry"
    assert (own := _twins("018-audit", **{"specs/018-third/plan.md": "x"}).own) is not None
    assert own.name == "018-third"


def test_every_folder_that_the_change_touches_is_looked_at() -> None:
    head = {**_FERRY, "specs/017-labels/tasks.md": "x", "specs/021-new/spec.md": "x", "specs/README.md": "x"}
    assert _on("docs", head).looked_at == ("specs/017-labels", "specs/021-new")


def test_a_folder_can_be_brought_and_taken_away() -> None:
    head = {path: text for path, text in _FERRY.items() if "017" not in path}
    choice = which_features(change({**head, "specs/021-labels/plan.md": "# Labels"}, _FERRY), _DEFAULT)
    assert choice.gone("specs/017-labels")
    assert choice.added("specs/021-labels")
    assert not choice.added("specs/018-webhook-retry")


def test_what_came_to_the_base_later_is_not_taken_away() -> None:
    older = change({"src/lib.rs": "x"}, _FERRY, head_branch="018-webhook-retry")
    still = which_features(type(older)(older.head, older.base, (), head_branch="018-webhook-retry"), _DEFAULT)
    assert not still.gone("specs/018-webhook-retry")
    assert still.own is None
    assert "is on the base and not in this branch" in plain(still.notes[0])


def test_a_merge_group_has_no_branch() -> None:
    queue = change(_CODE, _FERRY, head_branch="018-webhook-retry", merge_group=True)
    assert which_features(queue, _DEFAULT).folders == ()


def test_only_what_is_asked_for_is_judged() -> None:
    asked = change(
        _CODE, _FERRY, head_branch="018-webhook-retry", named_folders=("./specs/017-labels/", "specs/099-none")
    )
    assert which_features(asked, _DEFAULT).looked_at == ("specs/017-labels", "specs/099-none")


def test_without_a_base_every_folder_is_looked_at() -> None:
    assert which_features(change(_FERRY), _DEFAULT).looked_at == (
        "specs/017-labels",
        "specs/018-webhook-retry",
        "specs/020-audit-export",
    )


def test_each_root_counts_for_itself() -> None:
    config = RepositoryConfig(specs=("apps/*/specs",))
    head = {"apps/a/specs/001-x/plan.md": "x", "apps/b/specs/001-x/plan.md": "x"}
    both = which_features(change(head, head, head_branch="001-x"), config)
    assert len(both.ambiguous) == 2
    one = which_features(change({**head, "apps/b/specs/001-x/spec.md": "y"}, head, head_branch="001-x"), config)
    assert one.own is not None
    assert one.own.path == "apps/b/specs/001-x"


@given(st.text(max_size=260), st.lists(st.text(max_size=60), max_size=8), st.booleans())
def test_no_names_raise(branch: str, paths: list[str], based: bool) -> None:
    files = {f"specs/{path}": "x" for path in paths}
    choice = which_features(change(files, _FERRY if based else None, head_branch=branch, named_folders=()), _DEFAULT)
    assert all(path for path in choice.looked_at)


def test_a_branch_of_244_bytes_of_unicode_is_read() -> None:
    name = "021-" + "再" * 80
    assert _own(name) == f"specs/{name}"
