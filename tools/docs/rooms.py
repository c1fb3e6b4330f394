"""Draw the rooms of `bot/` as a picture, from the import graph and the contract in `pyproject.toml`.

    python -m tools.docs.rooms            write docs/rooms.svg
    python -m tools.docs.rooms --check    exit 1 when docs/rooms.svg is not what would be written

A room imports only rooms below it. Arrows show the imports between neighbouring rows; longer ones would hide the rest.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from dataclasses import dataclass
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "rooms.svg"
WIDTH, BOX_HEIGHT, ROW_GAP, MARGIN, FRAME = 920, 46, 26, 24, 26
"""Pixels."""
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .name { font-weight: 600 } .purpose { font-size: 11px; fill: #59636e }
  rect { fill: #ffffff; stroke: #59636e } .frame { fill: #f6f8fa; stroke: #d1d9e0 }
  path { fill: none; stroke: #8c959f; stroke-width: 1.2 } marker path { fill: #8c959f; stroke: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .purpose { fill: #9198a1 }
    rect { fill: #0d1117; stroke: #9198a1 } .frame { fill: #151b23; stroke: #3d444d }
    path { stroke: #656c76 } marker path { fill: #656c76 }
  }
"""
TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0 8 4 0 8z"/></marker></defs>'
)
"""The head of an arrow."""


@dataclass(frozen=True, slots=True)
class Box:
    """A room in the picture. Places and sizes are in pixels."""

    room: str
    purpose: str
    x: float
    y: float
    width: float


def layers(container: str) -> list[list[str]]:
    """The rooms of a package as the contract orders them, the highest layer first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    contract = next(contract for contract in contracts if contract.get("containers") == [container])
    return [[f"{container}.{room.strip()}" for room in layer.split("|")] for layer in contract["layers"]]


def rows() -> list[list[str]]:
    """Every row of the picture: the layers of `bot`, with those of `bot.core` in place of the core."""
    outer = layers("bot")
    core = outer.index(["bot.core"])
    above = [[*row, "bot.sandbox"] if row == ["bot.demo"] else row for row in outer[:core]]
    return [*above, *layers("bot.core"), *outer[core + 1 :]]


def room_of(module: str, rooms: frozenset[str]) -> str | None:
    """The room of a module; None for a module outside all rooms."""
    parts = module.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in names if name in rooms), None)


def arrows(rooms: frozenset[str]) -> list[tuple[str, str]]:
    """Each pair of rooms of which the first imports the second."""
    imports: dict[str, set[str]] = {room: set() for room in rooms}
    for path in sorted((ROOT / "bot").rglob("*.py")):
        importer = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), rooms)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if importer is not None and isinstance(node, ast.ImportFrom) and node.module is not None:
                targets = {room_of(f"{node.module}.{alias.name}", rooms) for alias in node.names}
                imports[importer] |= {room for room in targets if room is not None and room != importer}
    return sorted((importer, room) for importer, imported in imports.items() for room in imported)


def purpose_of(room: str) -> str:
    """The first sentence of a room's docstring."""
    folder = ROOT / room.replace(".", "/")
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return docstring.split("\n\n", maxsplit=1)[0].replace("\n", " ").split(". ")[0].rstrip(".")


def boxes() -> list[Box]:
    """Every room with its place."""
    placed = []
    y = float(MARGIN)
    previous = ""
    for row in rows():
        inside = row[0].startswith("bot.core.")
        if inside != previous.startswith("bot.core."):
            y += FRAME
        previous = row[0]
        left = MARGIN + (FRAME if inside else 0)
        width = (WIDTH - 2 * left - MARGIN * (len(row) - 1)) / len(row)
        placed += [
            Box(room, purpose_of(room), left + number * (width + MARGIN), y, width) for number, room in enumerate(row)
        ]
        y += BOX_HEIGHT + ROW_GAP
    return placed


def shortened(text: str, width: float) -> str:
    """The text as far as it fits into a box."""
    most = int(width / 6.2)
    return text if len(text) <= most else text[: most - 1].rstrip(" ,:;") + "…"


def picture() -> str:
    """The whole SVG, with a line end."""
    placed = {box.room: box for box in boxes()}
    inside = [box for box in placed.values() if box.room.startswith("bot.core.")]
    top, bottom = min(box.y for box in inside), max(box.y for box in inside) + BOX_HEIGHT
    height = max(box.y for box in placed.values()) + BOX_HEIGHT + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" role="img">',
        "<title>The rooms of bot/: a room imports only rooms below it</title>",
        f"<style>{STYLE}</style>",
        TIP,
        frame(top - FRAME, bottom - top + 1.6 * FRAME),
        f'<text class="name" x="{MARGIN + 10}" y="{top - 8:g}">core: values and pure functions</text>',
    ]
    step = BOX_HEIGHT + ROW_GAP + 2 * FRAME
    pairs = ((placed[importer], placed[room]) for importer, room in arrows(frozenset(placed)))
    lines += [arrow(importer, room) for importer, room in pairs if 0 <= room.y - importer.y < step]
    for box in placed.values():
        centre = box.x + box.width / 2
        name = box.room.rpartition(".")[2]
        purpose = escape(shortened(box.purpose, box.width))
        lines += [
            f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{BOX_HEIGHT}" rx="6"/>',
            f'<text class="name" x="{centre:g}" y="{box.y + 19:g}" text-anchor="middle">{name}</text>',
            f'<text class="purpose" x="{centre:g}" y="{box.y + 35:g}" text-anchor="middle">{purpose}</text>',
        ]
    return "\n".join([*lines, "</svg>"]) + "\n"


def frame(y: float, height: float) -> str:
    """The frame around the rooms of the core."""
    width = WIDTH - 2 * MARGIN
    return f'<rect class="frame" x="{MARGIN}" y="{y:g}" width="{width}" height="{height:g}" rx="8"/>'


def arrow(importer: Box, room: Box) -> str:
    """A curve from the lower edge of one box to the upper edge of another, or between neighbours of one row."""
    if importer.y == room.y:
        start = importer.x + importer.width if importer.x < room.x else importer.x
        end = room.x if importer.x < room.x else room.x + room.width
        middle = importer.y + BOX_HEIGHT / 2
        return f'<path d="M{start:g} {middle:g} {end:g} {middle:g}" marker-end="url(#tip)"/>'
    x1, y1 = importer.x + importer.width / 2, importer.y + BOX_HEIGHT
    x2, y2 = room.x + room.width / 2, room.y
    bend = (y2 - y1) / 2
    return f'<path d="M{x1:g} {y1:g}C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2:g}" marker-end="url(#tip)"/>'


def main() -> int:
    """Write or check the picture. Returns the exit status."""
    if "--check" not in sys.argv[1:]:
        PICTURE.write_text(picture(), encoding="utf-8")
        return 0
    if PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == picture():
        return 0
    print("docs/rooms.svg is out of date: run `make docs`.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
