"""How far a drafted technical context agrees with what the repositories' own plans say.

Reads the corpus that `PLANGATE_CORPUS` names: for each repository its tree and whatever manifests lie in its files. A
stated value agrees when a plan of that repository names it, and is wrong when plans speak of the matter and none names
it.

    python bench/skeleton_agreement.py [--verbose]
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from pathlib import Path

from bot.core.drafting.manifests import wanted_manifests
from bot.core.drafting.manifests.technical import Topic, read_technical

FIELDS = {
    Topic.LANGUAGE: re.compile(r"Language/Version\**\s*[:：|]\**(.*)", re.IGNORECASE),
    Topic.TESTING: re.compile(r"\bTesting\**\s*[:：|]\**(.*)", re.IGNORECASE),
    Topic.PROJECT_TYPE: re.compile(r"Project Type\**\s*[:：|]\**(.*)", re.IGNORECASE),
    Topic.STORAGE: re.compile(r"\bStorage\**\s*[:：|]\**(.*)", re.IGNORECASE),
    Topic.PLATFORM: re.compile(r"Target Platform\**\s*[:：|]\**(.*)", re.IGNORECASE),
}
SAID = {
    "JavaScript": r"javascript|node",
    "Node.js": r"node|javascript|typescript",
    "C#": r"c#|\.net",
    "Bash": r"bash|shell|posix|\bsh\b",
    "Go": r"\bgo\b|golang",
    "cargo test": r"cargo|rust",
    "go test": r"go test|testify|`go test|testing package|go.{0,20}test",
    "node:test": r"node:test|node --test",
    "pytest": r"pytest",
    "React Testing Library": r"testing.library",
    "xUnit": r"xunit",
    "JUnit 5": r"junit",
    "web": r"web|full.?stack|frontend|monorepo|spa\b",
    "single": r"single|library|cli|package|plugin|binary|extension|tool|service|server|workspace|monolith|crate",
    "mobile": r"mobile|flutter|ios|android",
    "monorepo": r"monorepo|workspace|multi|packages|web",
}


def corpus() -> Path | None:
    """The folder of the corpus' repositories, None where there is none."""
    named = os.environ.get("PLANGATE_CORPUS")
    repositories = Path(named) / "repos" if named else None
    return repositories if repositories is not None and repositories.is_dir() else None


def plan_words(repository: Path, pattern: re.Pattern[str]) -> str:
    """Everything that the repository's plans say under one label, in lower case; filled lines only."""
    said = []
    for plan in sorted(repository.glob("files/**/plan.md")):
        lines = plan.read_text("utf-8", "replace").split("\n")
        for number, line in enumerate(lines):
            found = pattern.search(line)
            if found and "[e.g." not in line and "[if applicable" not in line:
                below = [more for more in lines[number + 1 : number + 8] if more.startswith(("-", "  ", "*  "))]
                said.append(" ".join([found[1], *(below if not found[1].strip(" *") else [])]))
    return "\n".join(said).lower()


def verdict(value: str, said: str) -> str:
    """`agreed`, `wrong`, or `not said` where no plan speaks of the matter."""
    if not said.strip():
        return "not said"
    name = re.split(r" (?=[0-9(])|,", value, maxsplit=1)[0]
    pattern = SAID.get(name) or re.escape(name.lower())
    return "agreed" if re.search(pattern, said) else "wrong"


def main() -> int:
    """Print one table: topic, agreed, wrong, not found, not said."""
    verbose = "--verbose" in sys.argv
    counts: dict[Topic, Counter[str]] = {topic: Counter() for topic in FIELDS}
    folder = corpus()
    repositories = sorted(folder.iterdir()) if folder is not None else []
    if not repositories:
        print("no corpus: set PLANGATE_CORPUS")
        return 2
    for repository in repositories:
        paths = [line for line in (repository / "tree.txt").read_text().split("\n") if line]
        files = {path: repository / "files" / path for path in wanted_manifests(paths)}
        texts = {path: file.read_text("utf-8", "replace") for path, file in files.items() if file.is_file()}
        answers = read_technical(texts, paths).answers
        for topic, pattern in FIELDS.items():
            said = plan_words(repository, pattern)
            known = answers.get(topic, ())
            if not known:
                counts[topic]["not found" if said.strip() else "not said"] += 1
            for one in known:
                result = verdict(one.value, said)
                counts[topic][result] += 1
                if verbose and result == "wrong":
                    print(f"{repository.name}: {topic.value}: {one.value} ({one.path}) | {said[:300]!r}")
            if verbose and not known and said.strip():
                print(f"{repository.name}: {topic.value}: not found | {said[:200]!r}")
    print(f"{len(repositories)} repositories")
    print(f"{'field':14}{'agreed':>8}{'wrong':>8}{'not found':>11}{'not said':>10}{'wrong %':>9}")
    for topic, count in counts.items():
        stated = count["agreed"] + count["wrong"]
        share = f"{100 * count['wrong'] / stated:.1f}" if stated else "-"
        cells = f"{count['agreed']:8}{count['wrong']:8}{count['not found']:11}{count['not said']:10}"
        print(f"{topic.value:14}{cells}{share:>9}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
