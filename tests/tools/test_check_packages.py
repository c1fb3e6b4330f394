"""What is built is checked, and its metadata say who made it and where it is at home."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

import pytest

from bot import PROJECT_URL
from tools.check_packages import PackageError, check_bill, check_digest, pins, single

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_address_of_the_project_is_below_its_site() -> None:
    addresses = PROJECT["project"]["urls"].values()
    assert [
        address for address in addresses if address != PROJECT_URL and not address.startswith(f"{PROJECT_URL}/")
    ] == []
    assert len(addresses) == 3


def test_the_licence_and_the_authors_are_those_of_the_licence_file() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith(f"{PROJECT['project']['license']} License")
    assert [author["name"] for author in PROJECT["project"]["authors"] if author["name"] in text] == [
        "The Plangate maintainers"
    ]


def test_the_classifiers_name_the_interpreters_that_the_readme_names() -> None:
    versions = [name.rpartition(" ")[2] for name in PROJECT["project"]["classifiers"] if ":: 3." in name]
    listed = f"Python {', '.join(versions[:-1])} and {versions[-1]} on Linux"
    assert listed in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("group", ["build", "docs"])
def test_every_group_has_a_lock_with_a_hash_for_each_package(group: str) -> None:
    lock = ROOT / f"requirements-{group}.txt"
    text = lock.read_text(encoding="utf-8")
    wanted = {requirement.partition(">")[0] for requirement in PROJECT["dependency-groups"][group]}
    assert wanted <= {name for name, _ in pins(lock)}
    assert all("--hash=sha256:" in pin for pin in text.split("\n\n") if "==" in pin)
    assert "://" not in text


def test_a_bill_that_lacks_a_dependency_is_refused(tmp_path: Path) -> None:
    lock, bill = tmp_path / "lock.txt", tmp_path / "bill.json"
    lock.write_text("flask==3.1.0 \\\n    --hash=sha256:1\npsycopg[binary]==3.2 ; python_version > '3'\n")
    flask, psycopg = {"name": "flask", "version": "3.1.0"}, {"name": "psycopg", "version": "3.2"}
    bill.write_text(json.dumps({"components": [flask, psycopg]}))
    assert check_bill(bill, lock) == 2
    bill.write_text(json.dumps({"components": [flask]}))
    with pytest.raises(PackageError, match="psycopg"):
        check_bill(bill, lock)


def test_another_file_than_the_one_of_the_checksum_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"1")
    checksum = tmp_path / "a.zip.sha256"
    checksum.write_text(f"{hashlib.sha256(b'1').hexdigest()}  a.zip\n")
    check_digest(checksum)
    (tmp_path / "a.zip").write_bytes(b"2")
    with pytest.raises(PackageError, match="another digest"):
        check_digest(checksum)


def test_two_wheels_are_no_answer(tmp_path: Path) -> None:
    for name in ("a.whl", "b.whl"):
        (tmp_path / name).touch()
    with pytest.raises(PackageError, match="1 file is expected, not 2"):
        single(tmp_path, "*.whl")
