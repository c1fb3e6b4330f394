"""The address of GitHub's pages says which kind of GitHub it is, and where its API is."""

from __future__ import annotations

import pytest

from bot.core.hosting.kinds import GitHubKind, api_address, kind_of


@pytest.mark.parametrize(
    ("address", "kind", "api"),
    [
        ("https://github.com", GitHubKind.CLOUD, "https://api.github.com"),
        ("https://GitHub.com", GitHubKind.CLOUD, "https://api.GitHub.com"),
        ("https://acme.ghe.com", GitHubKind.DATA_RESIDENCY, "https://api.acme.ghe.com"),
        ("https://acme-eu.GHE.com", GitHubKind.DATA_RESIDENCY, "https://api.acme-eu.GHE.com"),
        ("http://acme.ghe.com:8080", GitHubKind.DATA_RESIDENCY, "http://api.acme.ghe.com:8080"),
        ("https://git.example.com", GitHubKind.SERVER, "https://git.example.com/api/v3"),
        ("https://ghe.com.example.org", GitHubKind.SERVER, "https://ghe.com.example.org/api/v3"),
        ("https://notghe.com", GitHubKind.SERVER, "https://notghe.com/api/v3"),
        ("http://127.0.0.1:9000", GitHubKind.SERVER, "http://127.0.0.1:9000/api/v3"),
    ],
)
def test_each_kind_has_its_api(address: str, kind: GitHubKind, api: str) -> None:
    assert (kind_of(address), api_address(address)) == (kind, api)
