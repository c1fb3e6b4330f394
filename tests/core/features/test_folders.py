"""Specs roots and the feature folders directly below them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.change.trees import Kind, Tree, TreeEntry
from bot.core.config.model import RepositoryConfig
from bot.core.features.folders import feature_folders, root_of, specs_roots
from tests.core.changes import tree

_DEFAULT = RepositoryConfig()


def test_a_feature_folder_has_a_number_a_spec_or_a_plan() -> None:
    head = tree(
        {
            "specs/018-webhook-retry/notes.txt": "x",
            "specs/audit/plan.md": "# Plan",
            "specs/archive/016-old/plan.md": "# Plan",
            "specs/templates/page.md": "x",
            "specs/README.md": "x",
            "src/018-no/plan.md": "x",
        }
    )
    folders = feature_folders(head, _DEFAULT, ("specs",))
    assert list(folders) == ["specs/018-webhook-retry", "specs/audit"]
    assert folders["specs/018-webhook-retry"].number == "018"
    assert (folders["specs/audit"].number, folders["specs/audit"].slug) == (None, "audit")


def test_a_link_is_a_folder_that_is_not_followed() -> None:
    folders = feature_folders(tree({"specs/018-webhook-retry": Kind.SYMLINK}), _DEFAULT, ("specs",))
    assert folders["specs/018-webhook-retry"].symlink


def test_globs_find_roots_and_plain_ones_need_not_exist() -> None:
    config = RepositoryConfig(specs=("apps/*/specs", "docs/specs/", "./specs"))
    head = tree(
        {"apps/shop/specs/001-a/plan.md": "x", "apps/desk/specs/001-b/spec.md": "x", "apps/x/y/specs/001-c/a": ""}
    )
    assert specs_roots(config, head, None) == ("docs/specs", "specs", "apps/desk/specs", "apps/shop/specs")


def test_a_root_outside_the_repository_is_none() -> None:
    assert specs_roots(RepositoryConfig(specs=("../specs", "a/../../b")), tree({})) == ()


def test_the_repository_itself_can_be_the_root() -> None:
    config = RepositoryConfig(specs=(".",))
    head = tree({"001-a/plan.md": "x", "src/lib.rs": "x"})
    assert list(feature_folders(head, config, specs_roots(config, head))) == ["001-a"]


def test_the_nearest_root_counts() -> None:
    assert root_of("specs/a/specs/001-b/plan.md", ("specs", "specs/a/specs")) == "specs/a/specs"
    assert root_of("src/lib.rs", ("specs",)) is None


def test_ignored_folders_are_not_looked_at() -> None:
    config = RepositoryConfig(ignore=("specs/0*-old/**",))
    assert not feature_folders(tree({"specs/001-old/plan.md": "x"}), config, ("specs",))


@given(st.lists(st.tuples(st.text(max_size=40), st.sampled_from(Kind)), max_size=12), st.lists(st.text(max_size=12)))
def test_no_names_raise(names: list[tuple[str, Kind]], roots: list[str]) -> None:
    config = RepositoryConfig(specs=tuple(roots))
    head = Tree(None, {path: TreeEntry(path, kind) for path, kind in names})
    for path, folder in feature_folders(head, config, specs_roots(config, head)).items():
        assert folder.path == path
