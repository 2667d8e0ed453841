"""``python3 run.py bench [NAME …] [--quick] [--json]``: each result one JSON line, or a table to read.

``--quick``: two communities instead of the street, fewer repeats; ends within a minute on two cores.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.results import Result

NAMES = ("import", "pages", "write", "startup", "memory")


def main() -> int:
    """Measure in one data directory of its own, which is removed afterwards."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="NAME", help=" · ".join(NAMES))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    wanted = set(options.names or NAMES)
    with tempfile.TemporaryDirectory(prefix="gridwalk-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        os.environ["GRIDWALK_HOME"] = str(home)
        os.environ["DJANGO_SETTINGS_MODULE"] = "gridwalk.config.settings"
        os.environ.pop("DATABASE_URL", None)
        from gridwalk.config import keys, postgres

        keys.create(home)
        server = postgres.Embedded(home)
        with server.running():
            from benchmarks import measure

            for result in measure.everything(wanted, quick=options.quick, home=home):
                print(result.line() if options.json else result.row(), flush=True)
                Result.all.append(result)
    return 0 if all(result.met is not False for result in Result.all) else 1


if __name__ == "__main__":
    sys.exit(main())
