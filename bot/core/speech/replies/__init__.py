"""The answers to commands: bounded texts, in which foreign words are neutralised."""

from bot.core.speech.replies.answers import (
    SUGGESTIONS_REFUSED,
    SUGGESTIONS_TOO_COSTLY,
    CommandSettings,
    Denial,
    already_waived,
    commit_by_hand,
    denial,
    help_text,
    mistake,
    no_new_suggestions,
    no_suggestions,
    start_by_hand,
    too_often,
    waived,
)
from bot.core.speech.replies.failed_command import command_failed
from bot.core.speech.replies.issue_plan import IssuePlan, issue_plan
from bot.core.speech.replies.recipe import new_file_link, patch_of, start_recipe
from bot.core.speech.replies.settings import configuration
from bot.core.speech.replies.started_feature import StartedFeature, drafts_committed, feature_started
from bot.core.speech.replies.status_and_why import Setting, issue_status, settings_in_force, status, why
from bot.core.speech.replies.thread import (
    MAX_COMMENT,
    Question,
    answer_comment,
    earlier_answers,
    plan_comment,
    reply_marker,
)

__all__ = [
    "MAX_COMMENT",
    "SUGGESTIONS_REFUSED",
    "SUGGESTIONS_TOO_COSTLY",
    "CommandSettings",
    "Denial",
    "IssuePlan",
    "Question",
    "Setting",
    "StartedFeature",
    "already_waived",
    "answer_comment",
    "command_failed",
    "commit_by_hand",
    "configuration",
    "denial",
    "drafts_committed",
    "earlier_answers",
    "feature_started",
    "help_text",
    "issue_plan",
    "issue_status",
    "mistake",
    "new_file_link",
    "no_new_suggestions",
    "no_suggestions",
    "patch_of",
    "plan_comment",
    "reply_marker",
    "settings_in_force",
    "start_by_hand",
    "start_recipe",
    "status",
    "too_often",
    "waived",
    "why",
]
