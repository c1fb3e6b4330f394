"""A report as people and machines see it: check run, comment, terminal, SARIF.

Foreign text passes through `bot.core.text.neutral` before it is shown.
"""

from bot.core.speech.render.annotations import annotate
from bot.core.speech.render.check_run import DRAFT, RECHECK, as_markdown, check_run, shown_in
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
    "shown_in",
    "sticky",
    "terminal",
    "title",
    "tokens",
]
