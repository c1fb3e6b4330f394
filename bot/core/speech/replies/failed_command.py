"""The answer to a command that could not be carried out: who caused the failure, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.speech.render.footer import version
from bot.core.speech.render.markdown import Links
from bot.core.text.neutral import code_span, neutralise

if TYPE_CHECKING:
    from bot.core.speech.render.context import RenderContext
    from bot.core.speech.render.no_verdict import NoVerdict


def command_failed(command: str, trouble: NoVerdict, context: RenderContext) -> str:
    """`command` is the line as it was written."""
    links = Links(context)
    cause = links.prose(trouble.cause).strip()
    blame = "An owner has to act first." if trouble.lacks_permissions else "This is our failure, not yours."
    foot = (
        f"<sub>Delivery {code_span(trouble.delivery)} · {neutralise(trouble.time)} · quote it when you ask"
        f" whoever hosts Plangate · {version(context)}</sub>"
    )
    parts = [
        f"**We could not answer {code_span(command, 100)}. {blame}**",
        f"What happened: {cause}",
        "Write it again in a new comment: what was done of it already is not done twice.",
        foot,
        links.definitions(),
    ]
    return "\n\n".join(part for part in parts if part)
