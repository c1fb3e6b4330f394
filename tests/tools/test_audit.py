"""The audit fails for a known vulnerability only, and says what it could not look at."""

from __future__ import annotations

from tools.audit import summary

SAFE = {"name": "flask", "version": "3.1.0", "vulns": []}
SKIPPED = {"name": "attrs", "skip_reason": "Dependency not found on PyPI and could not be audited: attrs (26.1.0)"}
VULNERABLE = {
    "name": "jinja2",
    "version": "2.4.1",
    "vulns": [{"id": "PYSEC-2014-82", "fix_versions": ["2.7.2"], "aliases": []}, {"id": "X-1", "fix_versions": []}],
}


def test_safe_dependencies_pass() -> None:
    assert summary([SAFE]) == (["1 dependencies audited: none has a known vulnerability."], False)


def test_a_vulnerable_dependency_fails_and_is_named_with_the_version_that_mends_it() -> None:
    lines, vulnerable = summary([SAFE, VULNERABLE])
    assert vulnerable
    assert lines == ["jinja2 2.4.1: PYSEC-2014-82, fixed in 2.7.2", "jinja2 2.4.1: X-1, fixed in no version yet"]


def test_an_index_without_data_is_skipped_with_a_word() -> None:
    assert summary([SKIPPED, SKIPPED]) == (
        ["Skipped: the index has no data on vulnerabilities of 2 dependencies."],
        False,
    )
    assert summary([]) == (["Skipped: the index has no data on vulnerabilities of the dependencies."], False)
