"""A report as people and machines see it: check run, comment, terminal, JSON; every text in one voice.

Whatever was written by somebody else passes through `neutral` on its way out.
"""

from bot.core.render.annotations import Annotation, annotate
from bot.core.render.check_run import DRAFT, NAME, RECHECK, Action, CheckRunOutput, as_markdown, check_run
from bot.core.render.comment import STICKY, StickyComment, StickyKind, sticky
from bot.core.render.config_run import CONFIG_NAME, ConfigFile, config_run, never_good
from bot.core.render.context import ConfigTrouble, OtherPull, RenderContext, Waived
from bot.core.render.json_report import as_json, json_text
from bot.core.render.neutral import code_span, fence, marker, neutralise, plain_line, table_cell
from bot.core.render.no_verdict import Fault, NoVerdict, no_verdict
from bot.core.render.sarif import as_sarif
from bot.core.render.terminal import Style, exit_code, terminal
from bot.core.render.title import title
from bot.core.render.workflow import as_workflow_commands

__all__ = [
    "CONFIG_NAME",
    "DRAFT",
    "NAME",
    "RECHECK",
    "STICKY",
    "Action",
    "Annotation",
    "CheckRunOutput",
    "ConfigFile",
    "ConfigTrouble",
    "Fault",
    "NoVerdict",
    "OtherPull",
    "RenderContext",
    "StickyComment",
    "StickyKind",
    "Style",
    "Waived",
    "annotate",
    "as_json",
    "as_markdown",
    "as_sarif",
    "as_workflow_commands",
    "check_run",
    "code_span",
    "config_run",
    "exit_code",
    "fence",
    "json_text",
    "marker",
    "neutralise",
    "never_good",
    "no_verdict",
    "plain_line",
    "sticky",
    "table_cell",
    "terminal",
    "title",
]
