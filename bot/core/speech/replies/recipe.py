"""What a person runs or clicks if the App may not write: commands, a prefilled page, a patch.

Every name is quoted for the shell.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.core.text.neutral import fence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.core.drafting.naming import Naming
    from bot.core.speech.render.context import RenderContext

MAX_LINK = 8_000
"""The longest link, in characters, that browsers and GitHub's front end accept."""


def start_recipe(naming: Naming, default_branch: str, spec: str = "the spec below") -> str:
    """The commands that begin a feature with its spec, in a fence. They run unchanged and without an error."""
    folder, branch = shlex.quote(naming.dir), shlex.quote(naming.branch)
    base = shlex.quote(f"origin/{default_branch}")
    message = shlex.quote(f"Specify {naming.branch}")
    lines = [
        f"git fetch origin && git switch --create {branch} --no-track {base}",
        f"mkdir -p {folder}",
        f"# save {spec} as {naming.dir}/spec.md",
        f"git add {folder} && git commit -m {message} && git push -u origin HEAD",
    ]
    return fence("\n".join(lines), "bash")


def commit_recipe(paths: Iterable[str], branch: str) -> str:
    """The commands that commit the documents of `plan.patch`, in a fence."""
    named = " ".join(shlex.quote(path) for path in paths)
    lines = [
        f"git switch {shlex.quote(branch)}",
        "git apply plan.patch",
        f'git add {named} && git commit -m "Draft the plan" && git push',
    ]
    return fence("\n".join(lines), "bash")


def new_file_link(context: RenderContext, branch: str, path: str, text: str | None = None) -> str | None:
    """GitHub's page for a new file on a branch, prefilled with the text if the link is short enough.

    None if there is no GitHub, or if even a link without the text is too long. The App needs no permission for it:
    people commit there under their own names, to a branch or to a fork.
    """
    if not (context.web_url and context.repository):
        return None
    repository = quote(context.head_repository or context.repository, safe="/")
    bare = f"{context.web_url}/{repository}/new/{quote(branch, safe='/')}?filename={quote(path, safe='/')}"
    if text is not None:
        prefilled = f"{bare}&value={quote(text, safe='')}"
        if len(prefilled) <= MAX_LINK:
            return prefilled
    return bare if len(bare) <= MAX_LINK else None


def is_prefilled(link: str) -> bool:
    """Whether a link of `new_file_link` contains the text."""
    return "&value=" in link


def patch_of(documents: Mapping[str, str]) -> str:
    """New files as one patch that `git apply` takes. Paths are ours; the texts are shown fenced."""
    parts = []
    for path, text in documents.items():
        lines = text.removesuffix("\n").split("\n")
        parts += [
            f"diff --git a/{path} b/{path}",
            "new file mode 100644",
            "--- /dev/null",
            f"+++ b/{path}",
            f"@@ -0,0 +1,{len(lines)} @@",
            *(f"+{line}" for line in lines),
        ]
    return "\n".join(parts) + "\n"
