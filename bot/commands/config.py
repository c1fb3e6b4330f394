"""`plangate config`: what an `app.yml` says, whether it can be read, and where each value in force comes from."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.adapters.worktree.worktree import CONFIG_PATHS, open_copy
from bot.commands import add_folder
from bot.core.change.trees import MAX_DOCUMENT_BYTES, Document, document
from bot.core.config.in_force import OuterLayers, text_of
from bot.core.config.layers import Origin, Rank, merge, read_layer
from bot.core.config.schema import json_schema
from bot.core.config.shown import rows
from bot.core.config.yaml import LINK
from bot.core.deciding.config_check import mistakes_of
from bot.core.forge.errors import UserError
from bot.core.text.neutral import plain_line, visible
from bot.core.text.wording import count
from bot.desk.check import host_layer, owners_unseen, refuse_broken, repository_layer, rule_ids

if TYPE_CHECKING:
    import argparse

    from bot.core.config.yaml import ConfigMistake


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    actions = parser.add_subparsers(required=True, dest="action", metavar="ACTION")
    validate = actions.add_parser("validate", help="name every mistake with its line and column")
    validate.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: .github/app.yml, else app.yml")
    validate.add_argument("--owner", action="store_true", help="the file is that of the owner's `.github` repository")
    show = actions.add_parser("show", help="print every key with its value and its place")
    add_folder(show)
    show.add_argument("--base", metavar="REF", help="read the file at this commit, not in the working copy")
    actions.add_parser("schema", help="print the JSON Schema for editors")


def run(given: argparse.Namespace) -> int:
    """Print what was asked for; 1 when a file is broken."""
    match given.action:
        case "validate":
            return _validate(given.files or [_default_file()], Rank.OWNER if given.owner else Rank.REPOSITORY)
        case "show":
            sys.stdout.write(_show(given.folder, given.base))
        case _:
            sys.stdout.write(schema_text())
    return 0


def schema_text() -> str:
    """`config/app.schema.json`, as it is committed."""
    return json.dumps(json_schema(rule_ids()), indent=2, ensure_ascii=False) + "\n"


def _default_file() -> Path:
    found = next((Path(path) for path in CONFIG_PATHS if _is_linked(Path(path)) or Path(path).is_file()), None)
    if found is None:
        raise UserError(f"There is no {' and no '.join(CONFIG_PATHS)} here: name the file; `plangate init` writes one.")
    return found


def _validate(files: list[Path], rank: Rank) -> int:
    broken = False
    host = OuterLayers((host_layer(),), rule_ids())
    for file in files:
        read = _document(file)
        text = text_of(read)
        layer = read_layer(text, Origin(rank, str(file)), rule_ids())
        mistakes, lines = mistakes_of(layer, host), read.text.splitlines()
        broken = broken or bool(mistakes)
        for mistake in mistakes:
            sys.stdout.write(_described(mistake, str(file), lines))
        if not mistakes:
            said = (
                count(len(layer.settings), "key", "keys")
                if layer.present
                else "no `plangate:` in it, so the defaults hold"
            )
            sys.stdout.write(f"{plain_line(str(file))}: {said}\n")
    return 1 if broken else 0


def _is_linked(file: Path) -> bool:
    """A link in the place of a repository's file, which the App does not follow either."""
    return file == Path(CONFIG_PATHS[0]) and file.is_symlink()


def _document(file: Path) -> Document:
    if _is_linked(file):
        return Document(str(file), LINK)
    try:
        with file.open("rb") as stream:
            return document(str(file), stream.read(MAX_DOCUMENT_BYTES + 1))
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error


def _described(mistake: ConfigMistake, path: str, lines: list[str]) -> str:
    spot = mistake.spot
    gutter = " " * len(str(spot.line))
    source = visible(lines[spot.line - 1]) if spot.line <= len(lines) else ""
    carets = " " * (spot.column - 1) + "^" * spot.length
    shown = f"{gutter} |\n{spot.line} | {source}\n{gutter} | {carets}\n" if source.strip() else ""
    return (
        f"error: {plain_line(mistake.title)}\n"
        f"{gutter}--> {plain_line(path)}:{spot.line}:{spot.column}\n"
        f"{shown}"
        f"{gutter} = fix: {plain_line(mistake.remedy)}\n\n"
    )


def _show(folder: Path, base: str | None) -> str:
    copy = open_copy(folder)
    own = repository_layer(copy, base)
    refuse_broken(own)
    effective = merge((host_layer(), own))
    found = rows(effective)
    width = max(len(row.key) for row in found)
    wide = min(48, max(len(row.value) for row in found))
    table = "".join(f"{row.key:<{width}}  {row.value:<{wide}}  {row.place}\n" for row in found)
    unseen = owners_unseen(copy, base)
    return table + (f"\nWhat {unseen} sets is not seen here: `/plan config` shows it.\n" if unseen else "")
