"""The ruleset that requires the check `plangate` from this App, as a command for an administrator. Pure.

The App never asks for the right to administer a repository, so a person runs the command.
https://docs.github.com/rest/repos/rules#create-a-repository-ruleset and
https://docs.github.com/rest/orgs/rules#create-an-organization-repository-ruleset
"""

from __future__ import annotations

import json
import re
from typing import Any

from bot.core.forge.effects import NAME
from bot.core.forge.errors import UserError

PLACEHOLDER = "OWNER/REPO"
_OWNER = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})"
_WHERE = re.compile(rf"(?P<owner>{_OWNER})(?:/(?P<name>[A-Za-z0-9._-]{{1,100}}))?")


def ruleset(app_id: int, *, organization: bool) -> dict[str, Any]:
    """Return the ruleset: on the default branch, the check must come from the App with this id and pass.

    For an organization it is about all its repositories.
    """
    conditions: dict[str, Any] = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    if organization:
        conditions["repository_name"] = {"include": ["~ALL"], "exclude": []}
    parameters = {
        "required_status_checks": [{"context": NAME, "integration_id": app_id}],
        "strict_required_status_checks_policy": False,
    }
    return {
        "name": NAME,
        "target": "branch",
        "enforcement": "active",
        "conditions": conditions,
        "rules": [{"type": "required_status_checks", "parameters": parameters}],
    }


def ruleset_command(app_id: int, where: str, host: str = "") -> str:
    """Return the command for a shell that requires the check; `where` is `acme` (organization) or `acme/ferry`.

    `host` is the name of a GitHub other than github.com. Raises `UserError` for a name that GitHub does not allow.
    """
    named = _WHERE.fullmatch(where)
    if named is None:
        raise UserError("Name an organization or a repository, such as acme or acme/ferry.")
    path = f"repos/{where}/rulesets" if named["name"] else f"orgs/{where}/rulesets"
    at = f" --hostname {host}" if host else ""
    body = json.dumps(ruleset(app_id, organization=not named["name"]), indent=2)
    return f"gh api --method POST{at} {path} --input - <<'JSON'\n{body}\nJSON\n"
