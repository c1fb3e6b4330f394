"""`plangate config`: validate an `app.yml`, and show each value in force with its source."""

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

EXAMPLES = (
    "plangate config validate .github/app.yml",
    "plangate config show --base origin/main",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    actions = parser.add_subparsers(required=True, dest="action", metavar="ACTION")
    validate = actions.add_parser("validate", help="list every mistake with its line and column")
    validate.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: .github/app.yml, else app.yml")
    validate.add_argument("--owner", action="store_true", help="the file belongs to the owner's `.github` repository")
    show = actions.add_parser("show", help="print every key with its value and its source")
    add_folder(show)
    show.add_argument("--base", metavar="REF", help="read the file at this commit, not in the working copy")
    actions.add_parser("schema", help="print the JSON Schema for editors")


def run(options: argparse.Namespace) -> int:
    """Print the result; the exit code is 1 when a file has a mistake."""
    match options.action:
        case "validate":
            return _validate(options.files or [_default_file()], Rank.OWNER if options.owner else Rank.REPOSITORY)
        case "show":
            sys.stdout.write(_show(options.folder, options.base))
        case _:
            sys.stdout.write(schema_text())
    return 0


def schema_text() -> str:
    """`config/app.schema.json`, as it is committed."""
    return json.dumps(json_schema(rule_ids()), indent=2, ensure_ascii=False) + "\n"


def _default_file() -> Path:
    path = next((Path(path) for path in CONFIG_PATHS if _is_linked(Path(path)) or Path(path).is_file()), None)
    if path is None:
        raise UserError(
            f"This folder has no {' and no '.join(CONFIG_PATHS)}: name the file, or run `plangate init` to write one."
        )
    return path


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
            summary = (
                count(len(layer.settings), "key", "keys")
                if layer.present
                else "no `plangate:` section, so the defaults apply"
            )
            sys.stdout.write(f"{plain_line(str(file))}: {summary}\n")
    return 1 if broken else 0


def _is_linked(file: Path) -> bool:
    """Whether the repository's configuration file is a symbolic link, which the App does not follow."""
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
    table_rows = rows(effective)
    width = max(len(row.key) for row in table_rows)
    wide = min(48, max(len(row.value) for row in table_rows))
    table = "".join(f"{row.key:<{width}}  {row.value:<{wide}}  {row.place}\n" for row in table_rows)
    unseen = owners_unseen(copy, base)
    return table + (f"\nThe settings of {unseen} are not included: `/plan config` shows them.\n" if unseen else "")
