"""The kinds of GitHub that differ in their addresses."""

from __future__ import annotations

from enum import StrEnum

TENANT = "acme.ghe.com"
"""The host of the sandbox's tenant with data residency; reached by taking the sandbox as the proxy."""


class Kind(StrEnum):
    """A kind of GitHub, which decides the address of its API."""

    GITHUB = "github.com"
    """The API at the root, as at api.github.com."""
    SERVER = "GitHub Enterprise Server"
    """The API under `/api/v3`, GraphQL at `/api/graphql`."""
    RESIDENCY = "GHE.com"
    """The API on a host of its own, `api.` before the tenant's.

    https://docs.github.com/enterprise-cloud@latest/admin/data-residency/about-github-enterprise-cloud-with-data-residency#api-access
    """

    def addresses(self, url: str) -> tuple[str, str]:
        """The base addresses of the pages and of the API for a server at `url`."""
        if self is Kind.RESIDENCY:
            return f"http://{TENANT}", f"http://api.{TENANT}"
        return url, f"{url}/api/v3" if self is Kind.SERVER else url

    def api_path(self, host: str, path: str) -> str | None:
        """The path of an operation without its prefix; None for a path that is no part of this kind's API."""
        if self is Kind.RESIDENCY:
            return path if host.startswith("api.") else None
        if path == "/api/graphql":
            return "/graphql"
        if path.startswith("/api/v3/"):
            return path.removeprefix("/api/v3")
        return None if self is Kind.SERVER else path
