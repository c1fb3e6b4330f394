"""A report as people and machines see it: check run, comment, terminal, SARIF.

Foreign text passes through `bot.core.text.neutral` before it is shown.

A name is imported when it is first used, because the desk needs few of the pages.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.core.speech.render.annotations import annotate
    from bot.core.speech.render.check_run import DRAFT, RECHECK, as_markdown, check_run
    from bot.core.speech.render.comment import STICKY, StickyComment, StickyKind, sticky
    from bot.core.speech.render.concise import as_agent_lines, as_concise, tokens
    from bot.core.speech.render.config_run import CONFIG_NAME, ConfigFile, config_run, never_good
    from bot.core.speech.render.context import ConfigTrouble, FindingIdentity, OtherPull, PreviousRun, RenderContext
    from bot.core.speech.render.gitlab import as_code_quality
    from bot.core.speech.render.no_verdict import Fault, NoVerdict, no_verdict
    from bot.core.speech.render.sarif import as_sarif
    from bot.core.speech.render.terminal import Style, exit_code, terminal
    from bot.core.speech.render.title import title
    from bot.core.speech.render.workflow import as_workflow_commands

_MODULES = {
    "annotate": "annotations",
    "DRAFT": "check_run",
    "RECHECK": "check_run",
    "as_markdown": "check_run",
    "check_run": "check_run",
    "STICKY": "comment",
    "StickyComment": "comment",
    "StickyKind": "comment",
    "sticky": "comment",
    "as_agent_lines": "concise",
    "as_concise": "concise",
    "tokens": "concise",
    "CONFIG_NAME": "config_run",
    "ConfigFile": "config_run",
    "config_run": "config_run",
    "never_good": "config_run",
    "ConfigTrouble": "context",
    "FindingIdentity": "context",
    "OtherPull": "context",
    "PreviousRun": "context",
    "RenderContext": "context",
    "as_code_quality": "gitlab",
    "Fault": "no_verdict",
    "NoVerdict": "no_verdict",
    "no_verdict": "no_verdict",
    "as_sarif": "sarif",
    "Style": "terminal",
    "exit_code": "terminal",
    "terminal": "terminal",
    "title": "title",
    "as_workflow_commands": "workflow",
}

__all__ = [
    "CONFIG_NAME",
    "DRAFT",
    "RECHECK",
    "STICKY",
    "ConfigFile",
    "ConfigTrouble",
    "Fault",
    "FindingIdentity",
    "NoVerdict",
    "OtherPull",
    "PreviousRun",
    "RenderContext",
    "StickyComment",
    "StickyKind",
    "Style",
    "annotate",
    "as_agent_lines",
    "as_code_quality",
    "as_concise",
    "as_markdown",
    "as_sarif",
    "as_workflow_commands",
    "check_run",
    "config_run",
    "exit_code",
    "never_good",
    "no_verdict",
    "sticky",
    "terminal",
    "title",
    "tokens",
]


def __getattr__(name: str) -> Any:
    """The public name, from the module that defines it: PEP 562."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
