"""`plangate demo --repo`: real repositories, real processes, what is printed, and that the original stays as it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from tests.demo.repositories import Original, feature, ferry, fingerprint, git, monorepo
from tests.processes import ROOT
from tests.stage import SPEC, SPEC_KIT


def rehearse(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run it as a person does, without a terminal."""
    command = [sys.executable, "-m", "bot", "demo", "--repo", str(root), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)


def heads_of(root: Path, *words: str) -> dict[str, Any]:
    """The heads of the JSON, by name, in the order in which they were played."""
    done = rehearse(root, "--json", *words)
    assert done.returncode == 0, done.stderr
    return {head["head"]: head for head in json.loads(done.stdout)["heads"]}


def refused(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    """The one sentence of a mistake."""
    assert main(["demo", *map(str, words)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("plangate: ")
    assert err.count("\n") == 1
    return err


@pytest.mark.slow
def test_each_of_thirty_branches_has_its_verdict_and_the_original_stays_as_it_is(tmp_path: Path) -> None:
    original = ferry(tmp_path / "ferry")
    marker = tmp_path / "ran"
    hook = original.root / ".git/hooks/reference-transaction"
    hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
    hook.chmod(0o755)
    (tmp_path / "monitor").write_text(f"#!/bin/sh\ntouch {marker}\n")
    (tmp_path / "monitor").chmod(0o755)
    with (original.root / ".git/config").open("a") as config:
        config.write(f"[core]\n\tfsmonitor = {tmp_path / 'monitor'}\n[gc]\n\tauto = 1\n")
    before = fingerprint(original.root)
    heads = heads_of(original.root, "--limit", "30")
    assert fingerprint(original.root) == before
    assert not marker.exists(), "a program of the original was run"

    verdicts = {name: (head["conclusion"], head["verdict"]) for name, head in heads.items()}
    fine = ("success", "Nothing blocks yet · 1 document to come")
    unjustified = ("failure", "1 violation unjustified")
    assert list(verdicts)[:5] == ["001-search", "pull-2", "003-map", "003-fares", "003-alerts"]
    assert verdicts.pop("001-search") == unjustified
    assert verdicts.pop("pull-2") == fine
    assert verdicts.pop("003-map") == fine, "it was first"
    for later in ("003-fares", "003-alerts"):
        assert verdicts.pop(later) == ("success", "Nothing blocks · 1 warning")
        assert "003-map" in heads[later]["summary"]
    assert verdicts.pop("001-again") == ("failure", "Number 001 is taken on main · next free is 003")
    assert verdicts.pop("004-template") == ("failure", "The plan is still the template: 7 lines to fill")
    assert verdicts == {
        f"{number:03d}-harbour": unjustified if number % 5 == 0 else fine for number in range(13, 30)
    }, "branches that touch no specs are no heads"
    assert heads["001-search"]["number"] == 1
    assert heads["001-search"]["title"] == "Search ferries"
    assert heads["001-search"]["base"] == git(original.root, "rev-parse", "main~2")
    assert heads["003-map"]["base"] == git(original.root, "rev-parse", "main")
    assert heads["003-map"]["folders"] == ["specs/003-map"]
    assert heads["001-search"]["annotations"][0]["path"] == "specs/001-search/plan.md"
    assert all(0 < head["api"]["reads"] + head["api"]["writes"] <= 8 for head in heads.values())


@pytest.mark.slow
def test_the_newest_twenty_are_played_and_the_rest_is_counted(tmp_path: Path) -> None:
    original = ferry(tmp_path / "ferry")
    done = rehearse(original.root, "--show", "#1")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "Rehearsing local/ferry: 21 heads, the newest of 24." in lines
    (stopped,) = [line for line in lines if line.startswith(" ✗ 025-harbour")]
    assert stopped.startswith(" ✗ 025-harbour  1 violation unjustified  specs/025-harbour  ")
    assert any(line.startswith("15 of 21 would pass, 6 would be stopped.") for line in lines)
    assert "I. Library First is violated and not justified" in done.stdout, "the report that was asked for"
    assert "\x1b" not in done.stdout


@pytest.mark.slow
def test_each_application_of_a_monorepo_is_judged_by_its_own_constitution(tmp_path: Path) -> None:
    original = monorepo(tmp_path / "mono")
    before = fingerprint(original.root)
    heads = heads_of(original.root)
    assert {name: (head["conclusion"], head["folders"]) for name, head in heads.items()} == {
        "001-basket": ("success", ["apps/shop/specs/001-basket"]),
        "001-invoices": ("failure", ["apps/billing/specs/001-invoices"]),
    }
    assert heads["001-invoices"]["verdict"] == "1 NON-NEGOTIABLE principle violated"
    assert fingerprint(original.root) == before


@pytest.mark.slow
def test_history_is_replayed_commit_by_commit_with_the_constitution_of_its_day(tmp_path: Path) -> None:
    original = Original(tmp_path / "ferry")
    original.commit({"README.md": "# Ferry\n"}, "Begin")
    original.commit(feature("specs/001-search", "FAIL"), "Search before there was a constitution")
    original.commit(SPEC_KIT, "Adopt a constitution")
    original.commit({"src/a.py": "x = 1\n"}, "Something else")
    original.commit(feature("specs/002-map", "FAIL"), "Map")
    done = rehearse(original.root, "--history", "--json")
    heads = json.loads(done.stdout)["heads"]
    assert [head["title"] for head in heads] == ["Search before there was a constitution", "Map"]
    assert [head["conclusion"] for head in heads] == ["success", "failure"]
    assert [head["base"] for head in heads] == [git(original.root, "rev-parse", name) for name in ("main~4", "main~1")]


@pytest.mark.slow
def test_hostile_names_are_played_and_printed_without_their_signs(tmp_path: Path) -> None:
    original = Original(tmp_path / "odd")
    original.commit({"README.md": "x\n", **SPEC_KIT}, "Begin")
    for name in ("x\"y'$(touch z)`".replace(" ", ""), "\u202eevil/003-x", "-dash".replace("-dash", "d-ash"), "a/b"):
        number = len(original.do("branch").splitlines())
        original.branch(name, feature(f"specs/{number:03d}-thing"), "T\x1b[31m \u202e<script>alert(1)</script> @ada")
    (original.root / "specs").mkdir(exist_ok=True)
    odd = os.fsencode(original.root) + b"/specs/\xff\xfe"
    original.do("switch", "--quiet", "--create", "bytes", "main")
    Path(os.fsdecode(odd)).mkdir(parents=True)
    original.commit({os.fsdecode(b"specs/\xff\xfe/plan.md"): "# x\n", 'specs/009-"q"/spec.md': SPEC}, "Bytes")
    original.do("switch", "--quiet", "main")
    done = rehearse(original.root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Rehearsing local/odd: 5 heads." in done.stdout
    assert not any(sign in done.stdout for sign in "\x1b\u202e")
    assert not (ROOT / "z").exists()


@pytest.mark.slow
def test_a_bare_repository_and_one_of_a_remote_s_branches_do_as_well(tmp_path: Path) -> None:
    original = Original(tmp_path / "ferry")
    original.commit({"README.md": "x\n", **SPEC_KIT}, "Begin")
    original.branch("001-search", feature("specs/001-search"), "Search")
    git(tmp_path, "clone", "--quiet", "--bare", str(original.root), str(tmp_path / "bare.git"))
    git(tmp_path, "clone", "--quiet", str(original.root), str(tmp_path / "clone"))
    git(tmp_path / "clone", "remote", "set-url", "origin", "https://secret:token@github.com/acme/ferry.git")
    assert list(heads_of(tmp_path / "bare.git")) == ["001-search"]
    done = rehearse(tmp_path / "clone")
    assert "Rehearsing acme/ferry: 1 head." in done.stdout
    assert " ✓ 001-search  " in done.stdout
    assert "token" not in done.stdout + done.stderr


def test_a_folder_that_cannot_be_rehearsed_on_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is not a folder" in refused(capsys, "--repo", tmp_path / "nowhere")
    assert "is not a git repository" in refused(capsys, "--repo", tmp_path)
    empty = Original(tmp_path / "empty")
    assert "has no commit on any branch yet" in refused(capsys, "--repo", empty.root)
    plain = Original(tmp_path / "plain")
    plain.commit({"a.txt": "a"})
    plain.commit({"apps/shop/specs/001-x/spec.md": SPEC})
    message = refused(capsys, "--repo", plain.root)
    assert "touches specs/, so there is nothing to rehearse; name apps/shop/specs under" in message
    assert "No commit of main" in refused(capsys, "--repo", plain.root, "--history")
    assert "no branch, tag or commit `nope`" in refused(capsys, "--repo", plain.root, "--base", "nope")
    assert "`--exec=x`" in refused(capsys, "--repo", plain.root, "--head=--exec=x")
    assert "is the first commit" in refused(capsys, "--repo", plain.root, "--head", "main~1")
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{plain.root}", str(tmp_path / "shallow"))
    assert "git fetch --unshallow" in refused(capsys, "--repo", tmp_path / "shallow")
    git(plain.root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", f"file://{plain.root}", str(tmp_path / "partial"))
    assert "is a partial clone" in refused(capsys, "--repo", tmp_path / "partial")


def test_options_that_do_not_go_together_are_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--head works only with your own repository" in refused(capsys, "--head", "x")
    assert "--json works only with your own repository" in refused(capsys, "--json")
    assert "leave out --show and --keep" in refused(capsys, "--repo", tmp_path, "--json", "--keep")
    assert "leave out --head" in refused(capsys, "--repo", tmp_path, "--history", "--head", "x")
