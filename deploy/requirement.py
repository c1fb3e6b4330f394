"""Lift the requirement of the check `plangate` in an organization, and restore it, while the App is down.

    export GH_TOKEN=…    # of an owner: classic with admin:org and repo, or fine-grained with administration: write
    python3 requirement.py lift acme              # says what it would change
    python3 requirement.py lift acme --write      # changes it, and writes requirement-acme.json
    python3 requirement.py restore acme --write   # brings everything back from that file

It looks at the rulesets of the organization and of each of its repositories. A ruleset that requires nothing else is
disabled; from any other, only this check is taken out. Branch protection in its classic form is not looked at. Python
3.11 and no package are needed. GH_API names the API of another GitHub, such as https://github.acme.example/api/v3.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECK = "plangate"
_PAGE = 100
_TIMEOUT = 30.0
_KIND = "required_status_checks"


class RequirementError(Exception):
    """GitHub refused, or the file of the lifted requirements is not there."""


class GitHub:
    """The REST API with the token of an administrator."""

    def __init__(self, address: str, token: str) -> None:
        self._address, self._token = address.rstrip("/"), token

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The response as JSON. Raises `RequirementError`."""
        request = urllib.request.Request(  # noqa: S310  the administrator's own address
            f"{self._address}{path}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {self._token}", "Accept": "application/vnd.github+json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:  # noqa: S310  likewise
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise RequirementError(f"GitHub refused {method} {path} with {error.code}.") from None
        except (OSError, ValueError) as error:
            raise RequirementError(f"GitHub did not answer {method} {path}: {error}.") from None

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        """Every element of a list. Raises `RequirementError`."""
        number = 1
        while True:
            elements = self.call("GET", f"{path}{'&' if '?' in path else '?'}per_page={_PAGE}&page={number}")
            yield from elements
            if len(elements) < _PAGE:
                return
            number += 1


def without_check(ruleset: dict[str, Any]) -> dict[str, Any] | None:
    """The change that takes the check out of a ruleset; None when the ruleset does not require it."""
    rules, is_required = [], False
    for rule in ruleset.get("rules", []):
        parameters = rule.get("parameters", {})
        checks = parameters.get(_KIND, []) if rule["type"] == _KIND else []
        others = [check for check in checks if check["context"] != CHECK]
        is_required = is_required or len(others) < len(checks)
        if others:
            rules.append({**rule, "parameters": {**parameters, _KIND: others}})
        elif not checks:
            rules.append(rule)
    if not is_required:
        return None
    return {"rules": rules} if rules else {"enforcement": "disabled"}


def lifting(github: GitHub, organization: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Every active ruleset that requires the check: its path, what it is now, and the change."""
    places = [f"/orgs/{organization}/rulesets"]
    repositories = github.pages(f"/orgs/{organization}/repos?type=all")
    places += [f"/repos/{each['full_name']}/rulesets" for each in repositories if not each.get("archived")]
    for place in places:
        for listed in github.pages(f"{place}?includes_parents=false" if place.startswith("/repos/") else place):
            if listed["enforcement"] != "active":
                continue
            path = f"{place}/{listed['id']}"
            ruleset = github.call("GET", path)
            if (change := without_check(ruleset)) is not None:
                yield path, {key: ruleset[key] for key in change}, change


def lift(github: GitHub, organization: str, record: Path, *, write: bool) -> None:
    """Take the check out of every ruleset. What was there is on disk before the first change."""
    if record.exists():
        raise RequirementError(f"{record} is there: the requirement is lifted already. Restore it first.")
    found = list(lifting(github, organization))
    if write and found:
        record.write_text(json.dumps({path: before for path, before, _ in found}, indent=2), encoding="utf-8")
    for path, _, change in found:
        if write:
            github.call("PUT", path, change)
        print(f"{path}: {'disabled' if 'enforcement' in change else f'no longer requires {CHECK}'}")
    print(f"{len(found)} rulesets {'changed' if write else 'would change: add --write'}")


def restore(github: GitHub, record: Path, *, write: bool) -> None:
    """Bring back what the record holds, and delete the record at the end."""
    if not record.exists():
        raise RequirementError(f"{record} is not there: run this where the requirement was lifted.")
    before = json.loads(record.read_text(encoding="utf-8"))
    for path, ruleset in before.items():
        if write:
            github.call("PUT", path, ruleset)
        print(f"{path}: {'restored' if write else 'would be restored'}")
    print(f"{len(before)} rulesets {'restored' if write else 'would be restored: add --write'}")
    if write:
        record.unlink()


def main() -> None:
    """Read the arguments, and lift or restore."""
    parser = argparse.ArgumentParser(description=f"Lift or restore the required check {CHECK}.")
    parser.add_argument("action", choices=["lift", "restore"])
    parser.add_argument("organization")
    parser.add_argument("--write", action="store_true", help="change the rulesets; without it they are only listed")
    arguments = parser.parse_args()
    token = os.environ.get("GH_TOKEN")
    if not token:
        raise RequirementError("GH_TOKEN is not set: it must be the token of an owner of the organization.")
    github = GitHub(os.environ.get("GH_API") or "https://api.github.com", token)
    record = Path(f"requirement-{arguments.organization}.json")
    if arguments.action == "lift":
        lift(github, arguments.organization, record, write=arguments.write)
    else:
        restore(github, record, write=arguments.write)


if __name__ == "__main__":
    try:
        main()
    except RequirementError as error:
        sys.exit(str(error))
