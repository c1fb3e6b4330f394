"""Measure on the labelled corpus, print the table and write `docs/accuracy.md`.

python -m tools.accuracy [--corpus DIR]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.accuracy.labels import CORPUS, ROOT, all_plans, labelled
from tools.accuracy.measures import score_findings, score_hard_plan, score_plan
from tools.accuracy.page import page
from tools.accuracy.plants import planted, score_plant
from tools.accuracy.tally import Tally
from tools.accuracy.ticks import section

PAGE = ROOT / "docs" / "accuracy.md"


def main() -> int:
    """Run the command line. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    corpus = parser.parse_args().corpus
    if not (corpus / "gold.jsonl").exists():
        print(f"There is no labelled corpus at {corpus}: set PLANGATE_CORPUS to the folder that holds gold.jsonl.")
        return 0
    reading, findings, plants = Tally(), Tally(), Tally()
    gold, hard = labelled(corpus, "gold.jsonl"), labelled(corpus, "gold_violations.jsonl")
    for plan in gold:
        score_plan(plan, reading)
        score_findings(plan, findings)
    for plan in hard:
        score_hard_plan(plan, reading)
    for plan, item, line in planted(gold):
        score_plant(plan, item, line, plants)
    passing = [plan.gate_passes for plan in all_plans(corpus)]
    text = page(reading, findings, plants, plans=len(gold) + len(hard), gates=(sum(passing), len(passing)))
    text = f"{text}\n{section(corpus)}"
    PAGE.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
