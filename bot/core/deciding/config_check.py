"""The check run `plangate config`: it lists the mistakes in a configuration file that a pull request changes.

The file is judged only by its schema and by the keys that the owner's and the host's files lock. The version in force
stays in force until the change is merged.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bot.core.change.trees import Kind
from bot.core.config.in_force import PATHS, file_at, own_layer, rank_of, read_file
from bot.core.config.layers import ConfigLayer, merge
from bot.core.forge.effects import CheckRun, PublishRun
from bot.core.forge.external_id import config_id
from bot.core.speech.render import CONFIG_NAME, ConfigFile, RenderContext, config_run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.change.trees import Tree
    from bot.core.config.in_force import OuterLayers
    from bot.core.config.yaml import ConfigMistake
    from bot.core.deciding.candidates import Candidate
    from bot.core.deciding.commit_verdict import Host
    from bot.core.forge.facts import RepositoryView, Run


def changes_configuration(candidate: Candidate) -> bool:
    """Whether a candidate changes a file that may hold a configuration. True if its list of files is cut."""
    if candidate.pull is not None and not candidate.pull.changes_complete:
        return True
    return any(path in PATHS for file in candidate.change.changed for path in (file.path, file.previous))


def latest_config_run(view: RepositoryView) -> Run | None:
    """Our latest run of that name on the head."""
    runs = view.head.runs if view.head is not None else ()
    return next((run for run in runs if run.name == CONFIG_NAME), None)


def is_due(candidates: Iterable[Candidate], view: RepositoryView) -> bool:
    """Whether the head's own files must be read: the change touches them, or an earlier run may be outdated."""
    return any(map(changes_configuration, candidates)) or latest_config_run(view) is not None


def mistakes_of(layer: ConfigLayer, outer_layers: OuterLayers) -> tuple[ConfigMistake, ...]:
    """The mistakes in a file, by line. A key that an outer file locks is a mistake too."""
    overruled = (
        mistake for origin, mistake in merge((*outer_layers.layers, layer)).overruled if origin == layer.origin
    )
    return tuple(sorted((*layer.mistakes, *overruled), key=lambda mistake: (mistake.spot.line, mistake.spot.column)))


def effects(
    candidates: tuple[Candidate, ...], head: Tree, view: RepositoryView, host: Host, requested_run: int | None
) -> list[PublishRun]:
    """The check run, unless it exists already. `head` holds the head's configuration files.

    `requested_run` is the id of the run whose re-run a person requested (0 for no particular one); None if nobody did.
    """
    candidate = next((candidate for candidate in candidates if changes_configuration(candidate)), candidates[0])
    file = _file(candidate, head, view, host.outer_layers)
    latest = latest_config_run(view)
    if file is None and latest is None:
        return []
    path = file.path if file is not None else PATHS[0]
    output = config_run(file or ConfigFile(path, "", (), untouched=True), _context(candidate, view, host))
    seen = f"{path}\0{output.title}\0{output.summary}".encode("utf-8", "replace")
    external_id = config_id(candidate.change.pull_request, hashlib.sha256(seen).hexdigest()[:16])
    same = latest is not None and latest.completed and latest.external_id == external_id
    if requested_run is not None:
        same = same and latest is not None and 0 < requested_run < latest.id
    run = CheckRun(head.sha or "", external_id, output, _details_url(head, view, host))
    return [] if same else [PublishRun(run, latest)]


def _details_url(head: Tree, view: RepositoryView, host: Host) -> str | None:
    """The configuration in force on the page of the head's latest verdict, where there are pages."""
    if head.sha is None or not host.has_pages(private=view.private):
        return None
    return f"{host.site_url}/verdicts/{view.repository}/{head.sha}#configuration"


def _file(candidate: Candidate, head: Tree, view: RepositoryView, outer_layers: OuterLayers) -> ConfigFile | None:
    """The configuration file that the change adds, edits or removes. None if it leaves the configuration alone."""
    rank, ids = rank_of(view.full_name), outer_layers.rule_ids
    base, _ = own_layer(candidate.change.base, ids, rank)
    changed = [path for path in PATHS if _differs(path, head, candidate.change.base)]
    files = [file for path in changed if (file := file_at(head, path)) is not None]
    files_with_mistakes = [
        ConfigFile(
            layer.origin.path,
            file.text,
            mistakes_of(layer, outer_layers),
            base_exists=base.present,
            shadowed=_comes_first(layer, own_layer(head, ids, rank)[0]),
        )
        for file in files
        if (layer := read_file(file, head.sha, ids, rank)[0]).present
    ]
    if files_with_mistakes:
        return next((file for file in files_with_mistakes if file.mistakes), files_with_mistakes[0])
    if base.present and base.origin.path in changed:
        entry = head.entries.get(base.origin.path)
        return ConfigFile(base.origin.path, "", (), removed=True, link=entry is not None and entry.kind is Kind.SYMLINK)
    return None


def _comes_first(layer: ConfigLayer, counting: ConfigLayer) -> str | None:
    """The file that is used instead of this one; None if this one is used."""
    return counting.origin.path if counting.present and counting.origin != layer.origin else None


def _differs(path: str, head: Tree, base: Tree | None) -> bool:
    return file_at(head, path) != (file_at(base, path) if base is not None else None)


def _context(candidate: Candidate, view: RepositoryView, host: Host) -> RenderContext:
    change = candidate.change
    return RenderContext(
        repository=view.full_name,
        web_url=host.web_url,
        head_sha=change.head.sha,
        base_sha=change.base.sha if change.base is not None else None,
        # The branch whose file is in force, which a pull request to another base does not change.
        base_branch=candidate.config_in_force.branch,
        default_branch=view.default_branch or "",
        pull_request=change.pull_request,
        site_url=host.site_url,
        engine_version=host.version,
    )
