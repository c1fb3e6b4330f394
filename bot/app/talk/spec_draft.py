"""Draft a spec from the repository's own spec template."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from bot.bundled import bundled_text
from bot.core.drafting.from_template.spec import draft_spec_of_issue, spec_paths, spec_template
from bot.core.forge.facts import ReadRequest
from bot.core.yardstick.yardstick import specify_root

if TYPE_CHECKING:
    from bot.app.repository_job import RepositoryJob
    from bot.core.change.trees import Document, Tree
    from bot.core.drafting.draft import Draft
    from bot.core.drafting.from_template.spec import SpecFacts
    from bot.core.forge.facts import Issue
    from bot.core.forge.ports import ForgeReader

_ROUNDS = 4
"""Registries name presets, presets name files: three reads, and one to find that nothing is left."""


def spec_for(job: RepositoryJob, standard: Tree, facts: SpecFacts, issue: Issue) -> Draft:
    """The draft of a feature's spec, with an issue's text as its input. `standard` is the tree with the template.

    Raises `DraftTooCostlyError`.
    """
    root = specify_root(facts.feature_dir, standard)
    documents = _template_documents(job.forge, standard, root)
    text, path = spec_template(documents, bundled_text("config/spec-template.md"), root)
    facts = replace(facts, template=text, template_path=path)
    return job.draft(partial(draft_spec_of_issue, facts, issue.title, issue.body))


def _template_documents(forge: ForgeReader, standard: Tree, root: str) -> dict[str, Document]:
    documents = {path: document for path, document in standard.documents.items() if path.startswith(f"{root}.specify/")}
    requested: set[str] = set()
    for _ in range(_ROUNDS):
        missing = spec_paths(documents, requested, root, standard.entries)
        if not missing or standard.sha is None:
            break
        head = forge.read(ReadRequest(head=standard.sha, head_documents=missing)).head
        documents |= head.tree.documents if head is not None else {}
        requested |= set(missing)
    return documents
