"""Prints the line coverage of each part of the repository from tarpaulin's JSON report.

Exits with 1 when a part is below what is asked of it, and when a part was not measured at all.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Per cent of the lines, by part: the folder of its sources.
ASKED = {
    "src": 80,
    "functions/authorizer/src": 80,
    "functions/health/src": 80,
    "functions/rotation/src": 80,
    "functions/shared/src": 80,
}


def is_test(path: Path) -> bool:
    return "tests" in path.parts or path.name == "tests.rs"


def measured(report: Path) -> dict[str, tuple[int, int]]:
    """Lines reached and lines in all, by the path of a file below the root."""
    files = {}
    for entry in json.loads(report.read_text())["files"]:
        path = Path(*entry["path"]).relative_to(ROOT)
        if not is_test(path):
            files[str(path)] = (entry["covered"], entry["coverable"])
    return files


def main(report: Path) -> int:
    files = measured(report)
    wrong = []
    for part, asked in ASKED.items():
        own = {name: lines for name, lines in files.items() if name.startswith(part + "/") and lines[1]}
        reached = sum(lines[0] for lines in own.values())
        lines = sum(lines[1] for lines in own.values())
        if not lines:
            wrong.append(f"{part} was not measured")
            continue
        share = 100 * reached / lines
        print(f"{part:26} {share:5.1f} % of {lines:6} lines in {len(own):3} files")
        least = sorted(own.items(), key=lambda item: item[1][0] / item[1][1])[:5]
        for name, (covered, coverable) in least:
            if covered / coverable < 0.7:
                print(f"    {100 * covered / coverable:5.1f} % of {coverable:4}  {name}")
        if share < asked:
            wrong.append(f"{part}: {share:.1f} % of its lines are reached, {asked} % are asked for")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
