"""Judge again what a JSON report is about, with the inputs that it names, and compare."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import bot
from bot.adapters.worktree.worktree import CheckOptions, open_copy, read_change
from bot.bundled import bundled_text
from bot.core.change.trees import Kind, TreeEntry
from bot.core.config.layers import ConfigLayer, Origin, Rank, merge, read_layer
from bot.core.forge.errors import UserError
from bot.core.forge.stored import Waiver
from bot.core.judging.digest import digest
from bot.core.judging.judge import judge
from bot.core.judging.waiving import with_waivers
from bot.core.speech.report.comparing import Difference, differences, left_out_findings
from bot.core.speech.report.json_report import as_json, configuration
from bot.core.text.neutral import plain_line
from bot.core.text.wording import clip, count
from bot.desk.check import TEMPLATE, host_layer, refuse_broken, repository_layer, rule_ids, sources_of
from bot.desk.inputs import desk_inputs
from bot.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.adapters.worktree.worktree import WorkingCopy
    from bot.core.change.trees import Change
    from bot.core.config.model import RepositoryConfig
    from bot.core.speech.report.model import LayerJson, ReportJson

_BASE = "base@"
_LEFT_OUT = frozenset(rule.id for rule in RULES if rule.needs_forge)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the caller knows of the change, so that it need not be taken from the report; None where it does not."""

    head: str | None = None
    """A commit's full id."""
    base: str | None = None
    """Branch, tag or commit."""
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of judging again."""

    differences: tuple[Difference, ...]
    unverified: tuple[str, ...]
    """What was taken from the report and may soften it, a clause each."""
    not_compared: tuple[str, ...]
    """Rules with findings in the report that need what only one side can look up."""
    doubt: str = ""
    """Why a difference does not show that the report is wrong, as a sentence; empty where it does."""


def verify(given: ReportJson, folder: Path, expected: Expected) -> Verification:
    """Judge the commits of a report again.

    Raises `UserError` where that is not possible, and for a report about another change than the expected one.
    """
    if not given["inputs"]["complete"]:
        raise UserError("The report is about a part of its change, because GitHub listed no more: judge it anew.")
    again = judge_again(given, folder, expected)
    found = (*_provenance(given, again.report), *differences(given, again.report, _LEFT_OUT))
    unverified = (*_of_the_caller(given, expected), *again.unverified, *_of_the_app(given))
    rules = sorted({finding["rule"] for finding in left_out_findings(given, _LEFT_OUT)})
    return Verification(found, unverified, tuple(rules), _doubt(given))


@dataclass(frozen=True, slots=True)
class JudgedAgain:
    """The report as this machine writes it."""

    report: ReportJson
    unverified: tuple[str, ...]
    """What of the configuration was taken from the given report, a clause each."""


def judge_again(given: ReportJson, folder: Path, expected: Expected) -> JudgedAgain:
    """Judge the commits of a report with its inputs. Reads only its `head`, `base`, `config` and `inputs`."""
    copy = open_copy(folder, given["head"])
    _refuse_another_change(given, copy, expected)
    own = _own_layer(given, copy)
    outer = [layer for layer in given["inputs"]["configuration"] if layer["rank"] is not Rank.REPOSITORY]
    effective = merge((*(_outer_layer(layer) for layer in outer), own))
    mode = given["inputs"]["mode"]
    config = effective.config if mode is None else replace(effective.config, mode=mode)
    change = _change(given, copy, config)
    before_waivers = judge(change, config, RULES, bundled_text(TEMPLATE), sources=sources_of(own))
    report, waived = with_waivers(before_waivers, change, _waivers(given), config)
    inputs = replace(
        desk_inputs(copy, change, effective, report),
        mode=mode,
        waivers=tuple(waiver for group in waived for waiver in group.granted),
    )
    judged = as_json(report, digest(before_waivers, RULES), bot.__version__, inputs)
    return JudgedAgain(judged, tuple(_of_the_configuration(given, outer, own)))


def _doubt(given: ReportJson) -> str:
    if given["plangate"] != bot.__version__:
        written = plain_line(given["plangate"])
        return f"plangate {written} wrote the report, and this is {bot.__version__}. Verify it with that version."
    if any(layer["settings"] is None for layer in given["inputs"]["configuration"]):
        return "The owner's configuration is private, so the report does not have it."
    return ""


def _refuse_another_change(given: ReportJson, copy: WorkingCopy, expected: Expected) -> None:
    base = copy.git.commit(expected.base) if copy.git is not None and expected.base is not None else None
    wanted = (
        ("commit", expected.head, given["head"]),
        ("base", base, given["base"]),
        ("branch", expected.branch, given["inputs"]["head_branch"]),
    )
    for what, name, found in wanted:
        if name is not None and name != found:
            shown = plain_line(found) if found is not None else "none"
            raise UserError(f"The report's {what} is {shown}, and not {plain_line(name)}: write it for that {what}.")


def _of_the_caller(given: ReportJson, expected: Expected) -> list[str]:
    """The choices of the person who requested the report, except those that the verifier expects too."""
    inputs = given["inputs"]
    lines = []
    if expected.head is None and given["head"] is not None:
        lines.append(f"that {given['head'][:10]} is the commit to judge")
    if expected.base is None and given["base"] is not None:
        lines.append(f"that {given['base'][:10]} is the base")
    if expected.branch is None and inputs["head_branch"] is not None:
        lines.append(f"that the branch is {inputs['head_branch']}")
    if inputs["named_folders"]:
        lines.append(f"that only {', '.join(inputs['named_folders'])} is to be judged")
    if inputs["stage"] is not None:
        lines.append(f"that the stage is {inputs['stage']}")
    if inputs["merge_group"]:
        lines.append("that it is a merge group")
    if inputs["stack_base"] is not None:
        lines.append(f"that the stack goes to {inputs['stack_base'][:10]}")
    return lines


def _own_layer(given: ReportJson, copy: WorkingCopy) -> ConfigLayer:
    """The repository's own configuration, read again where the report says that it was read."""
    place = _own_place(given)
    own = repository_layer(copy, place)
    refuse_broken(own, place)
    return own


def _of_the_configuration(given: ReportJson, outer: Sequence[LayerJson], own: ConfigLayer) -> list[str]:
    """What of the configuration is taken from the report."""
    ours = [layer for layer in configuration(merge((host_layer(), own))) if layer["rank"] is Rank.HOST]
    lines = [_outer_line(layer) for layer in outer if layer not in ours]
    standard, place = given["inputs"]["stack_base"] or given["base"], _own_place(given)
    if place is not None and place != standard:
        lines.append(f"that the configuration at {place[:10]} was in force for {(standard or 'these files')[:10]}")
    return lines


def _own_place(given: ReportJson) -> str | None:
    """The commit that the repository's own configuration was read at; None for the files as they stand."""
    commits = (source["source"].removeprefix(_BASE) for source in given["config"] if source["source"].startswith(_BASE))
    return next(commits, given["inputs"]["stack_base"] or given["base"])


def _outer_layer(layer: LayerJson) -> ConfigLayer:
    """The layer of a file that is not in the repository, as the report gives it. Raises `UserError` for a mistake."""
    text = json.dumps({"plangate": layer["settings"] or {}})
    read = read_layer(text, Origin(layer["rank"], layer["path"], layer["commit"]), rule_ids())
    if read.mistakes:
        reason = f"{read.mistakes[0].title}. {read.mistakes[0].remedy}"
        raise UserError(f"The report's configuration of the {layer['rank']} cannot be in force: {reason}")
    return read


def _outer_line(layer: LayerJson) -> str:
    if layer["settings"] is None:
        return f"the {layer['rank']}'s configuration, which is private and left out: judged without it"
    settings = clip(json.dumps(layer["settings"], ensure_ascii=False))
    return f"the {layer['rank']}'s configuration, taken from the report: {settings}"


def _change(given: ReportJson, copy: WorkingCopy, config: RepositoryConfig) -> Change:
    inputs = given["inputs"]
    named = tuple(inputs["named_folders"])
    by_branch = given["base"] is None and inputs["head_branch"] is not None
    options = CheckOptions(
        features=() if by_branch else named,
        everything=given["base"] is None and not named and not by_branch,
        base=given["base"],
        stage=inputs["stage"],
        branch=inputs["head_branch"],
        stack_base=inputs["stack_base"],
    )
    change = replace(
        read_change(copy, options, config),
        base_branch=inputs["base_branch"],
        pull_request=inputs["pull_request"],
        merge_group=inputs["merge_group"],
        first_seen=dict.fromkeys(inputs["legacy"], ""),
        governed_since=inputs["first_seen"],
    )
    return _with_trees(change, copy, {waiver["folder"] for waiver in inputs["waivers"]})


def _with_trees(change: Change, copy: WorkingCopy, folders: set[str]) -> Change:
    """The change with the Git ids of these folders, which waivers are bound to."""
    if copy.git is None or copy.commit is None:
        return change
    entries = dict(change.head.entries)
    for folder in folders & entries.keys():
        tree = copy.git.answers("rev-parse", "--verify", "--quiet", "--end-of-options", f"{copy.commit}:{folder}")
        entries[folder] = TreeEntry(folder, Kind.FOLDER, tree=tree)
    return replace(change, head=replace(change.head, entries=entries))


def _waivers(given: ReportJson) -> tuple[Waiver, ...]:
    number = given["inputs"]["pull_request"] or 0
    return tuple(
        Waiver(
            repository=0,
            rule=waiver["rule"],
            finding=waiver["finding"],
            folder=waiver["folder"],
            tree=waiver["tree"],
            reason=waiver["reason"],
            by=waiver["by"],
            number=number,
            given_at=0.0,
            role=waiver["role"],
            until=waiver["until"],
        )
        for waiver in given["inputs"]["waivers"]
    )


def _provenance(given: ReportJson, judged: ReportJson) -> list[Difference]:
    """Differences of the digest, the merge base, the waivers and the repository's own configuration."""
    pairs = [("digest", given["digest"], judged["digest"])]
    if given["merge_base"] is not None:
        pairs.append(("merge_base", given["merge_base"], judged["merge_base"] or ""))
    ours, theirs = (
        [layer for layer in report["inputs"]["configuration"] if layer["rank"] is Rank.REPOSITORY]
        for report in (given, judged)
    )
    found = [Difference(place, was, now) for place, was, now in pairs if was != now]
    if ours != theirs:
        found.append(Difference("inputs.configuration", ours, theirs))
    if given["inputs"]["waivers"] != judged["inputs"]["waivers"]:
        found.append(Difference("inputs.waivers", given["inputs"]["waivers"], judged["inputs"]["waivers"]))
    return found


def _of_the_app(given: ReportJson) -> list[str]:
    """What only the App can know, as far as the report depends on it."""
    inputs = given["inputs"]
    lines = []
    if inputs["mode"] is not None:
        lines.append(f"that the mode is {inputs['mode']}, because the pull request is older than the App here")
    if inputs["legacy"]:
        folders = count(len(inputs["legacy"]), "folder was", "folders were")
        lines.append(f"that {folders} there when the App first saw the repository on {inputs['first_seen']}")
    lines += [
        f"that {waiver['by']} ({waiver['role']}) waived {waiver['rule']}: {clip(waiver['reason'])}"
        for waiver in inputs["waivers"]
    ]
    return lines
