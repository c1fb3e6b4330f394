"""The kinds of GitHub, and the address of the API of each. Pure."""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

_DATA_RESIDENCY = ".ghe.com"


class GitHubKind(StrEnum):
    """Where a GitHub runs."""

    CLOUD = "github.com"
    DATA_RESIDENCY = "GitHub Enterprise Cloud with data residency"
    """A host below GHE.com."""
    SERVER = "GitHub Enterprise Server"


def kind_of(github_url: str) -> GitHubKind:
    """Return the kind of the GitHub whose pages have this address."""
    host = _host(github_url)
    if host == "github.com":
        return GitHubKind.CLOUD
    return GitHubKind.DATA_RESIDENCY if host.endswith(_DATA_RESIDENCY) else GitHubKind.SERVER


def api_address(github_url: str) -> str:
    """Return the address of the REST API of the GitHub whose pages have this address, without a trailing slash.

    https://docs.github.com/enterprise-server@latest/rest/using-the-rest-api/getting-started-with-the-rest-api and
    https://docs.github.com/enterprise-cloud@latest/admin/data-residency/about-github-enterprise-cloud-with-data-residency#api-access
    """
    if kind_of(github_url) is GitHubKind.SERVER:
        return f"{github_url}/api/v3"
    parts = urlsplit(github_url)
    return urlunsplit(parts._replace(netloc=f"api.{parts.netloc}"))


def gh_host(github_url: str) -> str:
    """Return the host that the program `gh` has to be told; empty for github.com, which it takes by itself."""
    return "" if kind_of(github_url) is GitHubKind.CLOUD else urlsplit(github_url).netloc


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""
