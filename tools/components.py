"""What is known to be wrong with delivered components, held to the time frames of docs/security/components.md.

``python tools/components.py python.json web.json``: reports of ``pip-audit -f json`` and ``npm audit --json``. Ends
with 1 for an advisory that the document does not list, and for one whose time is over.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[1] / "docs" / "security" / "components.md"
DAYS = {"critical": 14, "high": 14, "moderate": 60, "low": 60}
LISTED = re.compile(r"^\| (\S+) \| (\S+) \| (\d{4}-\d\d-\d\d) \| (\w+) \| .+ \|$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Advisory:
    """Something known to be wrong with a component; ``names``: all it goes by."""

    component: str
    names: frozenset[str]

    @property
    def name(self) -> str:
        return min(self.names)


def read(report: Mapping[str, Any]) -> Iterator[Advisory]:
    """The advisories of a report, whichever of the two programs wrote it. Raises ValueError."""
    if "dependencies" in report:
        for component in report["dependencies"]:
            if "skip_reason" in component:
                raise ValueError(f"{component['name']} was not looked up: {component['skip_reason']}")
            for advisory in component["vulns"]:
                yield Advisory(component["name"], frozenset({advisory["id"], *advisory.get("aliases", ())}))
    elif "vulnerabilities" in report:
        for component in report["vulnerabilities"].values():
            # What only rests on a faulty component is named by a text.
            for via in component["via"]:
                if isinstance(via, dict):
                    yield Advisory(via["name"], frozenset({via["url"].rsplit("/", 1)[-1]}))
    else:
        raise ValueError("neither a report of pip-audit nor of npm audit")


def complaints(advisories: Iterator[Advisory], *, document: str, on: dt.date) -> Iterator[str]:
    """What is not as the document promises on a day."""
    listed = {name: (dt.date.fromisoformat(day), weight) for name, _, day, weight in LISTED.findall(document)}
    for advisory in advisories:
        entry = next((listed[name] for name in sorted(advisory.names) if name in listed), None)
        if entry is None:
            yield f"{advisory.component}: {advisory.name} is not listed in {DOCUMENT.name}"
            continue
        published_on, weight = entry
        until = published_on + dt.timedelta(days=DAYS.get(weight, min(DAYS.values())))
        if on > until:
            yield f"{advisory.component}: {advisory.name} had to be gone by {until}"


def main(words: list[str] | None = None) -> int:
    """1 where something has to be done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", nargs="+", type=Path)
    parser.add_argument("--on", type=dt.date.fromisoformat, default=dt.datetime.now(dt.UTC).date())
    options = parser.parse_args(words)
    advisories = [advisory for path in options.reports for advisory in read(json.loads(path.read_text("utf-8")))]
    wrong = list(complaints(iter(advisories), document=DOCUMENT.read_text("utf-8"), on=options.on))
    print("\n".join(wrong) or f"{len(advisories)} advisories, none of them over its time")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
