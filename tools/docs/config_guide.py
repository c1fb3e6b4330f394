"""The reference of `app.yml` as one page, from the model itself; every example on it is a test."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.change.feature import ARTIFACTS
from bot.core.config.schema import EXAMPLES, HOST_ONLY, MAX_BRANCHES, MAX_ITEMS, all_keys
from bot.core.config.yaml import MAX_BYTES, MAX_DEPTH, MAX_VALUES
from bot.core.text.globs import MAX_PATTERN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.config.schema import KeyReference


@dataclass(frozen=True, slots=True)
class NameExample:
    """One way to name features, with the numbers that Plangate reads from such names."""

    title: str
    text: str
    setting: str
    """The lines below `plangate:`."""
    branches: tuple[tuple[str, str | None], ...]
    """A branch's name, and the number that Plangate reads from it."""
    folder: str = ""
    """The folder that the first branch belongs to."""


_PLAIN = "branches: '^(?:.+/)?(?P<number>[0-9]{3,})-(?P<slug>[^/]*)$'"

NAMES: Final[tuple[NameExample, ...]] = (
    NameExample(
        "Spec Kit's own names",
        "The default. The last segment counts, so prefixes such as `feat/` do no harm.",
        _PLAIN,
        (
            ("018-webhook-retry", "018"),
            ("feat/018-webhook-retry", "018"),
            ("ada/018-webhook-retry-part2", "018"),
            ("20261122-124107-webhook-retry", "20261122-124107"),
            ("fix-typo", None),
        ),
        "specs/018-webhook-retry",
    ),
    NameExample(
        "Features only below a prefix",
        "Other branches that begin with a number are no feature branches.",
        "branches: '^feat/(?P<number>[0-9]{3,})-(?P<slug>[^/]*)$'",
        (("feat/018-webhook-retry", "018"), ("018-webhook-retry", None), ("fix/404-on-empty-page", None)),
        "specs/018-webhook-retry",
    ),
    NameExample(
        "Ticket ids",
        "The tracker hands out the numbers, so nothing is counted up and nothing can collide.",
        "number: ticket\nbranches: '^(?:.+/)?(?P<number>[A-Z]+-[0-9]+)-(?P<slug>[^/]*)$'",
        (("feat/SHIP-481-webhook-retry", "SHIP-481"), ("018-webhook-retry", None)),
        "specs/SHIP-481-webhook-retry",
    ),
    NameExample(
        "Timestamps",
        "What Spec Kit's scripts write with `--timestamp`. They are read in any mode; in this one `/plan` offers them.",
        "number: timestamp",
        (("20261122-124107-webhook-retry", "20261122-124107"), ("2026112-124107-webhook-retry", None)),
        "specs/20261122-124107-webhook-retry",
    ),
    NameExample(
        "Numbers of issues",
        "A feature has the number of its issue. A branch without a folder is none, since fixes are named so, too.",
        "number: issue",
        (("412-webhook-retry", "412"), ("feat/412-webhook-retry", "412")),
        "specs/412-webhook-retry",
    ),
    NameExample(
        "Several roots",
        "Each root counts by itself: `apps/web/specs/001-login` and `apps/api/specs/001-tokens` do not collide.",
        'specs: ["specs", "apps/*/specs"]',
        (("001-login", "001"),),
        "apps/web/specs/001-login",
    ),
)

_HEAD = f"""\
# Configuration

<!-- Generated from `bot/core/config/model.py` and `tools/docs/config_guide.py`;
     `tests/tools/test_config_guide.py` compares, UPDATE=1 writes. -->

Everything stands under one key, `plangate:`, in a file named `app.yml`. `plangate init` writes one for a
repository, with a comment on each key. Editors complete it with the schema in `config/app.schema.json`; in many
of them this line at the top of the file is enough, with the path or address of your copy:

```yaml
# yaml-language-server: $schema=../config/app.schema.json
plangate:
  mode: enforce
```

## Three places

| place | whose it is | read from |
|---|---|---|
| `app.yml` beside the code | the host's | the disk, when the worker starts |
| `.github/app.yml`, else `app.yml`, in the owner's `.github` repository | the account's | its default branch |
| `.github/app.yml`, else `app.yml`, in the repository | the repository's | its default branch |

The repository's file takes precedence over the owner's, and the owner's over the host's, key by key (`rules`,
`artifacts` and `commands` name by name; lists as a whole). A file cannot set a key that the owner's or the host's file
lists under `locked`. `/plan config` prints every key in force with its file, commit and line. So does `plangate config
show` on a desk, which does not see the owner's file and the host's own defaults.

**Nothing is ever read from the branch that is judged.** A pull request that changes the file is judged by the
version on the default branch, and so is every other pull request until it is merged. A base branch that the
default branch lists under `self_configured` uses its own file; all others use the default branch's, so that no other
branch is a way around the gate. Template and constitution come from the pull request's base.

**A file that cannot be read is not taken for absent.** While GitHub does not answer, nothing is judged and nothing is
written; the verdict comes when GitHub answers again. The owner's file is read with a token of its own that can only
read. If the App is not installed on the `.github` repository, the file counts as absent, and `/plan config` says so.
If the App read the file once and can no longer read it, the last good version applies, and every report says so. The
content of a private `.github` repository is not shown in a public one.

**A broken file is not used at all.** The pull request that brings it gets a failing check run `plangate
config`, with every mistake at its line and column. Only pull requests that change the file get this run, so do not
require it. If a broken file gets onto the default branch all the same, the last good version stays in force, and
every report says so. If no version was ever good, feature pull requests get `action_required`, and the run says that
nothing in them is wrong. A symbolic link in place of `.github/app.yml` counts as broken: it is not followed. On a desk,
`plangate config validate` makes the same check (`--owner` for the owner's file), and so does the
[pre-commit](https://pre-commit.com) hook `plangate-config`.

**Limits.** A file has at most {MAX_BYTES // 1024} KB, {MAX_DEPTH} levels and {MAX_VALUES} keys and values,
aliases written out; a list {MAX_ITEMS} items, a glob {MAX_PATTERN} characters and `branches` {MAX_BRANCHES}.
Patterns run on RE2, in time that grows only with the text. In a glob, `**` stands for any number of folders, and `*`
and `?` stay within one name.

## Keys
"""

_MODES = """\
## How to begin

1. `plangate init` in a working copy writes the file and prints what the verdict on every feature would be
   today, with a `since` under which everything you already have passes.
2. Set `mode: advise` first to watch for a while: every verdict is shown, none blocks. Pull requests that were opened
   before the App was installed only get advice, also under `enforce`.
3. Set `mode: enforce`, and make the check run `plangate` a required one.

Changing the file on the default branch has every open pull request judged again, a few a second.
"""


def guide() -> str:
    """The whole page in Markdown, with a line end; anchors are the keys."""
    keys = all_keys()
    table = ["| key | default | what it sets |", "|---|---|---|"]
    table += [
        f"| [`{key.path}`](#{_anchor(key)}) | `{_json(key.default)}` | {_first_sentence(key.text)} |" for key in keys
    ]
    parts = [_HEAD, "\n".join(table), *(_section(key) for key in keys), _names(NAMES), _MODES.rstrip("\n")]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _anchor(key: KeyReference) -> str:
    """GitHub's anchor of a heading: dots go."""
    return key.path.replace(".", "")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("|", "\\|")


def _first_sentence(text: str) -> str:
    first = text.split(". ", 1)[0].rstrip(".")
    return f"{first}."


def _section(key: KeyReference) -> str:
    choices = ", ".join(f"`{choice}`" for choice in key.choices)
    facts = [f"{key.kind}: {choices}" if choices else key.kind, f"default `{json.dumps(key.default)}`"]
    if key.path in HOST_ONLY:
        facts.append("not for a repository to set")
    if key.path == "artifacts":
        facts.insert(1, f"names: {', '.join(f'`{name}`' for name in ARTIFACTS)}")
    if key.path == "rules":
        facts.insert(1, "names: the ids of [the rules](rules.md)")
    return "\n".join([f"### {key.path}", "", key.text, "", f"{'; '.join(facts)}.", "", *_fenced(EXAMPLES[key.path])])


def _fenced(setting: str) -> list[str]:
    return ["```yaml", "plangate:", *(f"  {line}" for line in setting.splitlines()), "```"]


def _names(examples: Sequence[NameExample]) -> str:
    lines = [
        "## Names of branches and folders",
        "",
        "Folders decide, and names are hints: every feature folder that a change touches is judged, and the",
        "number in the branch's name points to one more. Paths under `ignore` are never judged.",
    ]
    for example in examples:
        rows = [f"| `{branch}` | {f'`{number}`' if number else 'none'} |" for branch, number in example.branches]
        table = ["| branch | number |", "|---|---|", *rows]
        belongs = f"`{example.branches[0][0]}` belongs to `{example.folder}`."
        lines += ["", f"### {example.title}", "", example.text, "", *_fenced(example.setting), "", *table, "", belongs]
    return "\n".join(lines)
