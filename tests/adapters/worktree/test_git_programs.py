"""What git can start by a repository's configuration, entry by entry: none of it is started on the desk.

The list follows https://git-scm.com/docs/git-config, https://git-scm.com/docs/gitattributes and
https://git-scm.com/docs/githooks.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from bot.adapters.worktree.worktree import CheckOptions, open_copy
from bot.core.forge.errors import UserError
from bot.demo.heads import HeadSelection, copy_wanted
from bot.demo.mirror import Mirror, open_original
from bot.desk.check import judge_copy
from bot.desk.draft import draft_copy
from bot.desk.init import begin
from tests.adapters.worktree.repositories import git, repository, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_HOOKS = (
    "post-index-change",
    "post-checkout",
    "reference-transaction",
    "pre-auto-gc",
    "fsmonitor-watchman",
    "pre-push",
)
_SIGNED = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ\n -----END PGP SIGNATURE-----\n"


@pytest.fixture(autouse=True)
def _own_settings_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)


def attribute(folder: Path, text: str) -> None:
    write(folder, {".gitattributes": f"{text}\n"})
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Attributes")


def configured(*settings: tuple[str, str], attributes: str = "") -> Callable[[Path, str], None]:
    """Plants settings, in whose values `%` stands for the program to start."""

    def plant(folder: Path, program: str) -> None:
        if attributes:
            attribute(folder, attributes)
        for name, value in settings:
            git(folder, "config", name, value.replace("%", program))

    return plant


def hooked(folder: Path, program: str, where: str = ".git/hooks") -> None:
    for hook in _HOOKS:
        file = folder / where / hook
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{program}\n", encoding="ascii")
        file.chmod(0o755)


def hooked_elsewhere(folder: Path, program: str) -> None:
    hooked(folder, program, "evil")
    git(folder, "config", "core.hooksPath", str(folder / "evil"))


def signed(folder: Path, program: str) -> None:
    script = folder / ".git" / "gpg"
    script.write_text(f"#!/bin/sh\n{program}\n", encoding="ascii")
    script.chmod(0o755)
    head, _, message = git(folder, "cat-file", "commit", "HEAD").partition("\n\n")
    commit = git(folder, "hash-object", "-t", "commit", "-w", "--stdin", feed=f"{head}\n{_SIGNED}\n{message}\n")
    git(folder, "reset", "--quiet", "--hard", commit)
    for name, value in (("log.showSignature", "true"), ("gpg.program", str(script)), ("gpg.format", "openpgp")):
        git(folder, "config", name, value)


def promised(folder: Path, program: str, *, remote: bool = True) -> None:
    settings = {"extensions.partialClone": "evil", "core.repositoryformatversion": "1", "remote.evil.url": str(folder)}
    settings |= {"remote.evil.uploadpack": f"sh -c '{program}; exit 1' --"}
    if remote:
        settings["remote.evil.promisor"] = "true"
    for name, value in settings.items():
        git(folder, "config", name, value)
    missing = git(folder, "rev-parse", "main:specs/001-search/spec.md")
    (folder / ".git" / "objects" / missing[:2] / missing[2:]).unlink()


def submodule(folder: Path, program: str) -> None:
    inner = folder / "sub"
    inner.mkdir()
    git(inner, "init", "--quiet", "--initial-branch", "main")
    write(inner, {"f.txt": "x\n", ".gitattributes": "*.txt filter=evil\n"})
    git(inner, "add", "--all")
    git(inner, "commit", "--quiet", "--message", "Sub")
    git(folder, "add", "sub")
    git(folder, "commit", "--quiet", "--message", "Add sub")
    git(inner, "config", "filter.evil.clean", f"{program}; cat")
    git(inner, "config", "core.fsmonitor", f"{program}; false")
    write(inner, {"f.txt": "y\n"})


def included(folder: Path, program: str) -> None:
    attribute(folder, "*.txt filter=evil")
    write(folder, {".git/more": f'[filter "evil"]\n\tclean = "{program}; cat"\n'})
    git(folder, "config", "include.path", "more")


def elsewhere(folder: Path, program: str) -> None:
    """Attributes that no commit holds."""
    write(folder, {".git/info/attributes": "*.txt filter=evil\n"})
    git(folder, "config", "filter.evil.clean", f"{program}; cat")


def per_worktree(folder: Path, program: str) -> None:
    attribute(folder, "*.txt filter=evil")
    git(folder, "config", "extensions.worktreeConfig", "true")
    write(folder, {".git/config.worktree": f'[filter "evil"]\n\tclean = "{program}; cat"\n'})


def embedded(folder: Path, program: str) -> None:
    """A bare repository in a folder of the working copy, which git takes for a repository of its own."""
    inner = folder / "vendor"
    git(folder, "clone", "--quiet", "--bare", ".", str(inner))
    git(inner, "config", "core.bare", "false")
    git(inner, "config", "core.worktree", "..")
    git(inner, "config", "core.fsmonitor", f"{program}; false")


PROGRAMS: dict[str, Callable[[Path, str], None]] = {
    "clean filter": configured(("filter.evil.clean", "%; cat"), attributes="*.txt filter=evil"),
    "smudge filter": configured(("filter.evil.smudge", "%; cat"), attributes="*.txt filter=evil"),
    "process filter": configured(
        ("filter.evil.process", "sh -c '%; exit 1'"), ("filter.evil.required", "true"), attributes="* filter=evil"
    ),
    "filter in info/attributes": elsewhere,
    "filter in an included file": included,
    "filter in config.worktree": per_worktree,
    "file system monitor": configured(("core.fsmonitor", "%; false")),
    "hooks": hooked,
    "hooks of core.hooksPath": hooked_elsewhere,
    "text conversion": configured(("diff.evil.textconv", "%; cat"), attributes="*.txt diff=evil"),
    "diff driver": configured(("diff.evil.command", "%"), attributes="*.txt diff=evil"),
    "diff.external": configured(("diff.external", "%")),
    "merge driver": configured(("merge.evil.driver", "%"), attributes="*.txt merge=evil"),
    "signature check": signed,
    "lazy fetch": promised,
    "lazy fetch by the extension alone": lambda folder, program: promised(folder, program, remote=False),
    "submodule": submodule,
    "embedded bare repository": embedded,
    "pager": configured(("core.pager", "%"), ("pager.log", "%"), ("pager.diff", "%"), ("pager.config", "%")),
    "editor": configured(("core.editor", "%"), ("sequence.editor", "%")),
    "alias": configured(("alias.log", "!%"), ("alias.diff", "!%"), ("alias.ls-files", "!%"), ("alias.cat-file", "!%")),
    "credential helper": configured(("credential.helper", "!%"), ("core.askPass", "%")),
    "ssh command": configured(("core.sshCommand", "%"), ("core.gitProxy", "%")),
    "remote helper": configured(("remote.origin.url", "ext::sh -c %"), ("protocol.ext.allow", "always")),
    "upload and receive pack": configured(
        ("uploadpack.packObjectsHook", "%"), ("remote.origin.uploadpack", "%"), ("remote.origin.url", ".")
    ),
    "alternate refs": configured(("core.alternateRefsCommand", "%")),
    "trailers": configured(("trailer.evil.command", "%"), ("trailer.evil.cmd", "%")),
    "interactive filter": configured(("interactive.diffFilter", "%"), ("browser.evil.cmd", "%"), ("man.evil.cmd", "%")),
    "external tools": configured(("difftool.evil.cmd", "%"), ("mergetool.evil.cmd", "%"), ("diff.tool", "evil")),
    "maintenance": configured(("maintenance.auto", "true"), ("gc.auto", "1"), ("gc.recentObjectsHook", "%")),
}


@pytest.mark.slow
@pytest.mark.parametrize("entry", PROGRAMS)
def test_nothing_of_a_repository_is_started(entry: str, tmp_path: Path) -> None:
    folder, marker = repository(tmp_path / "copy"), tmp_path / "started"
    PROGRAMS[entry](folder, f"touch {marker}")
    for file in folder.rglob("*.txt"):  # git looks into a file again when its time has changed
        os.utime(file, (1, 1))
    write(folder, {"a.txt": "two\n"})
    marker.unlink(missing_ok=True)  # planting may have started it
    for work in (
        lambda: judge_copy(folder, CheckOptions(base="main")),
        lambda: judge_copy(folder, CheckOptions(everything=True)),
        lambda: draft_copy(folder, "specs/001-search", None),
        lambda: begin(folder),
        lambda: rehearsed(folder),
    ):
        with suppress(UserError):
            work()
    assert not marker.exists()


def rehearsed(folder: Path) -> None:
    with Mirror() as mirror:
        copy_wanted(mirror, open_original(folder), HeadSelection(base="main"))


def test_a_folder_that_looks_like_a_bare_repository_is_not_used_as_one(tmp_path: Path) -> None:
    folder = repository(tmp_path / "copy")
    embedded(folder, "true")
    with pytest.raises(UserError, match="bare repository"):
        open_copy(folder / "vendor")


def test_a_missing_object_of_a_partial_clone_is_named_and_not_fetched(tmp_path: Path) -> None:
    folder = repository(tmp_path / "copy")
    promised(folder, "true")
    with pytest.raises(UserError, match="partial clone"):
        judge_copy(folder, CheckOptions(base="main"))


def test_what_git_does_with_line_ends_and_ignored_files_stays(tmp_path: Path) -> None:
    folder = repository(tmp_path / "copy")
    git(folder, "config", "core.autocrlf", "true")
    write(folder, {".git/info/exclude": "scratch/\n", "scratch/note.md": "x", "a.txt": "one\r\n"})
    change = judge_copy(folder, CheckOptions(base="main")).change
    assert "scratch/note.md" not in change.head.entries
    assert {file.path for file in change.changed} == {"specs/001-search/plan.md"}


def test_a_linked_worktree_is_read(tmp_path: Path) -> None:
    folder = repository(tmp_path / "copy")
    git(folder, "worktree", "add", "--quiet", "-b", "002-more", str(tmp_path / "linked"))
    git(tmp_path / "linked", "update-index", "--split-index")
    judged = judge_copy(tmp_path / "linked", CheckOptions(base="main"))
    assert judged.change.head_branch == "002-more"
    assert {file.path for file in judged.change.changed} == {"specs/001-search/plan.md"}
