"""Ticks held to the tree, in the ways in which people write tasks.

Every task was labelled before the code read it. `{p}` stands for the path, which is written in five shapes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.core.change.trees import Change, ChangedFile, Document, FileStatus, Kind, Tree, TreeEntry
from bot.core.documents.tasks import read_tasks
from bot.core.judging.ticks import Presence, held_to_the_tree, ticked_by
from tests.effort import bounded_work

if TYPE_CHECKING:
    from collections.abc import Iterable

FILES = (
    "README.md",
    "Cargo.toml",
    "docs/guide.md",
    "src/pier/queue.py",
    "src/pier/__init__.py",
    "src/quay/__init__.py",
    "src/quay/berth.py",
    "apps/web/package.json",
    "apps/web/src/lib/crane.ts",
    "apps/web/src/routes/[id]/+page.svelte",
    "apps/web/src/routes/+page.svelte",
    "services/tide/internal/tide.go",
    "backend/Api/Controllers/BerthController.cs",
    "tests/test_queue.py",
    ".github/workflows/ci.yml",
    "specs/021-berths/contracts/berth.yaml",
    "specs/021-berths/quickstart.md",
)
SHAPES = {
    "bare": "{}",
    "code": "`{}`",
    "bold": "**{}**",
    "brackets": "({})",
    "line": "`{}:12`",
}
THERE = [
    ("Add the queue in {p}", "src/pier/queue.py"),
    ("Add the queue in {p} (FR-001)", "pier/queue.py"),
    ("Write the queue; see {p}.", "./src/pier/queue.py"),
    ("Implement the crane: {p}", "src/lib/crane.ts"),
    ("Show a berth at {p}", "apps/web/src/routes/[id]/+page.svelte"),
    ("Document the crane in {p}, as agreed", "docs/guide.md"),
    ("Ergänze die Kaianlage in {p}", "src/quay/berth.py"),
    ("在 {p} 中添加队列", "src/pier/queue.py"),
    ("キューを {p} に追加する", "src/pier/queue.py"),
    ("Añadir la cola en {p}", "src/pier/queue.py"),
    ("Describe the API in {p}", "contracts/berth.yaml"),
    ("Extend the pipeline in {p}", ".github/workflows/ci.yml"),
    ("Pin the version in {p}", "cargo.toml"),
    ("Add the tide service in {p}", "internal/tide.go"),
    ("Export the queue from {p}", "src/pier/__init__.py"),
]
ABSENT = [
    ("Add the ferry in {p}", "src/ferry/timetable.py"),
    ("T-less task: write {p} and its test", "src/ferry/ticket.py"),
    ("Implement TicketService in {p} with retries (FR-007)", "backend/Api/Services/TicketService.cs"),
    ("Create the ticket page in {p}", "apps/web/src/lib/ticket.ts"),
    ("Test a refused ticket in {p}", "tests/test_ticket.py"),
    ("Ticket-Dienst in {p} anlegen", "src/ferry/ticket.py"),
    ("Crear el servicio de billetes en {p}", "src/ferry/ticket.py"),
    ("Criar o serviço de bilhetes em {p}", "src/ferry/ticket.py"),
    ("在 {p} 中实现票务服务", "src/ferry/ticket.py"),
    ("チケットサービスを {p} に実装する", "src/ferry/ticket.py"),
    ("Реализовать сервис билетов в {p}", "src/ferry/ticket.py"),
    ("Thêm dịch vụ vé trong {p}", "src/ferry/ticket.py"),
    ("Créer le service de billets dans {p}", "src/ferry/ticket.py"),
    ("Write the contract {p}", "contracts/ticket.yaml"),
    ("Add a migration {p}", "db/migrations/0007_tickets.sql"),
    ("Add the story book page {p}", "apps/web/src/lib/Ticket.stories.tsx"),
    ("Replace the colours in {p}", "src/ferry/theme.css"),
    ("Extract a helper into {p}", "src/ferry/helper.py"),
    ("Migrate the models to {p}", "src/ferry/models.py"),
    ("Add an optional price to {p}", "src/ferry/ticket.py"),
    ("Add audit events in {p}", "src/ferry/audit.py"),
    ("Show that a ticket was already used in {p}", "src/ferry/ticket.py"),
    ("Write the route for removal in {p}", "src/ferry/removal.py"),
    ("Create {p}", "timetable.toml"),
    ("Add the ticket sheet {p}", "TicketSheet.tsx"),
]
ELSEWHERE = [
    ("Add the crane in {p}", "packages/ui/crane.ts"),
    ("Add the berth in {p}", "lib/harbour/berth.py"),
    ("Add the controller in {p}", "src/Controllers/BerthController.cs"),
    ("Añadir la marea en {p}", "cmd/tide/tide.go"),
]
SILENT = [
    ("Remove {p}", "src/ferry/timetable.py"),
    ("Delete the old {p} and its tests", "src/ferry/timetable.py"),
    ("Rename {p} to the new name", "src/ferry/timetable.py"),
    ("Verify that {p} parses", "src/ferry/timetable.py"),
    ("Run {p} and note the result", "scripts/measure.sh"),
    ("Check {p} for leaks", "src/ferry/timetable.py"),
    ("Adapt {p}, if it exists", "src/ferry/timetable.py"),
    ("Adapt {p} as needed", "src/ferry/timetable.py"),
    ("Add {p} (skipped)", "src/ferry/timetable.py"),
    ("Add {p} (superseded by T040)", "src/ferry/timetable.py"),
    ("Add {p} — no longer needed", "src/ferry/timetable.py"),
    ("Write one {p} per service", "src/[service]/client.py"),
    ("Cover {p} with tests", "src/ferry/*.py"),
    ("Generate {p}", "dist/ferry.js"),
    ("Fill {p}", ".env"),
    ("Install into {p}", "node_modules/ferry/index.js"),
    ("Configure {p} on the server", "/etc/ferry/ferry.conf"),
    ("Publish at {p}", "https://example.org/ferry/a.html"),
    ("Elimina {p}", "src/ferry/timetable.py"),
    ("Eliminar {p} y sus pruebas", "src/ferry/timetable.py"),
    ("Remover {p}", "src/ferry/timetable.py"),
    ("删除 {p}", "src/ferry/timetable.py"),
    ("验证 {p} 可以解析", "src/ferry/timetable.py"),
    ("{p} を削除する", "src/ferry/timetable.py"),
    ("Удалить {p}", "src/ferry/timetable.py"),
    ("Entferne {p}", "src/ferry/timetable.py"),
    ("Comprobar {p}", "src/ferry/timetable.py"),
    ("Add a client for Node.js and Vue.js", ""),
    ("Read the harbours from the rows of {p}", "harbours.csv"),
    ("Detect a pipeline by buildspec.py, amplify.py and travis.py", ""),
    ("(optional) Add {p}", "src/ferry/timetable.py"),
    ("Optional: add {p}", "src/ferry/timetable.py"),
    ("Manually verify {p}", "src/ferry/timetable.py"),
    ("Den alten Fahrplan {p} entfernen", "src/ferry/timetable.py"),
    ("Say so in research.md/plan.md", ""),
    ("Add a migration {p}", "db/migrations/00xx_tickets.sql"),
    ("Count the lines of .py and .rs files", ""),
    ("Return response.json to the caller", ""),
    ("Keep the folder {p} tidy", "src/pier/"),
]
LABELLED = [
    (text, path, shape, label)
    for label, rows in (("there", THERE), ("absent", ABSENT), ("elsewhere", ELSEWHERE), ("unknown", SILENT))
    for text, path in rows
    for shape in SHAPES
    if path or shape == "bare"
]


def tree(files: Iterable[str]) -> Tree:
    entries = {path: TreeEntry(path, Kind.FILE) for path in files}
    for path in list(entries):
        folder = path.rpartition("/")[0]
        while folder:
            entries.setdefault(folder, TreeEntry(folder, Kind.FOLDER))
            folder = folder.rpartition("/")[0]
    return Tree("a" * 40, entries, complete=True)


def presence(text: str, *changed: ChangedFile) -> Presence:
    tasks = read_tasks(Document("specs/021-berths/tasks.md", f"- [x] T012 [US1] {text}\n")).tasks
    (tick,) = held_to_the_tree(tasks, Change(tree(FILES), None, tuple(changed)))
    return tick.presence


@pytest.mark.parametrize(("text", "path", "shape", "label"), LABELLED)
def test_a_tick_is_what_a_reader_would_say(text: str, path: str, shape: str, label: str) -> None:
    said = presence(text.replace("{p}", SHAPES[shape].format(path)))
    if label == "unknown":
        assert said in {Presence.UNKNOWN, Presence.THERE}
    else:
        assert said == label


def test_there_are_enough_of_them() -> None:
    assert len(LABELLED) >= 250


def test_a_file_that_this_change_deletes_or_moves_is_accounted_for() -> None:
    text = "Split src/ferry/timetable.py into two"
    assert presence("Adapt src/ferry/timetable.py") is Presence.ABSENT
    removed = ChangedFile("src/ferry/timetable.py", FileStatus.REMOVED)
    assert presence(text, removed) is not Presence.ABSENT
    moved = ChangedFile("src/quay/berth.py", FileStatus.RENAMED, "src/ferry/timetable.py")
    assert presence("Adapt src/ferry/timetable.py", moved) is Presence.THERE


def test_one_file_of_several_is_enough() -> None:
    assert presence("Add src/ferry/a.py and src/pier/queue.py") is Presence.THERE


def test_the_place_that_is_named_shares_most_folders() -> None:
    files = [*(f"src/p{number}/__init__.py" for number in range(9)), "lib/pier/old/__init__.py"]
    tasks = read_tasks(Document("t.md", "- [x] T001 Export it in `lib/pier/__init__.py`\n")).tasks
    (tick,) = held_to_the_tree(tasks, Change(tree(files), None))
    assert (tick.presence, tick.place) == (Presence.ELSEWHERE, "lib/pier/old/__init__.py")


def test_a_file_that_another_task_names_is_no_other_place() -> None:
    text = "- [x] T001 Test it in tests/crane.rs\n- [x] T002 Write it in src/crane.rs\n"
    held = held_to_the_tree(read_tasks(Document("t.md", text)).tasks, Change(tree(["src/crane.rs"]), None))
    assert [tick.presence for tick in held] == [Presence.ABSENT, Presence.THERE]


def test_only_ticks_of_this_change_count() -> None:
    path = "specs/021-berths/tasks.md"
    before = "- [x] T001 Add src/a.py\n- [ ] T002 Add src/b.py\n"
    after = "- [x] T001 Add src/a.py, reworded\n- [x] T002 Add src/b.py\n"
    base = Tree("b" * 40, documents={path: Document(path, before)})
    change = Change(tree(FILES), base, (ChangedFile(path, FileStatus.MODIFIED),))
    assert [task.id for task in ticked_by(change, read_tasks(Document(path, after)))] == ["T002"]


def test_three_thousand_tasks_against_a_hundred_thousand_paths() -> None:
    files = [f"src/{number % 97}/{number % 31}/module{number}.py" for number in range(100_000)]
    lines = [f"- [x] T{number:04} Add `src/x/module{number}.py`" for number in range(3_000)]
    tasks = read_tasks(Document("t.md", "\n".join(lines))).tasks
    with bounded_work():
        ticks = held_to_the_tree(tasks, Change(tree(files), None))
    assert len(ticks) == 3_000
