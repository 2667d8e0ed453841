"""`python -m benchmarks.trials FOLDER` writes the files and says what a careful person reads in each."""

import sys
from pathlib import Path

from . import kinds, oddities, others, registers

BUILDERS = (
    registers.roll,
    registers.by_building,
    registers.form,
    registers.elsewhere,
    registers.pupils,
    registers.wps,
    others.tenants,
    others.shops,
    others.doors,
    others.two_tables,
    others.elders,
    others.platform,
    others.facilities,
    others.monthly,
    others.volunteers,
    oddities.rows,
    oddities.pages,
    oddities.wide,
    oddities.excel_csv,
    oddities.two_names,
    kinds.cadre,
    kinds.sections,
    kinds.bracketed,
    kinds.namesakes,
    kinds.late_headings,
    kinds.heads_number,
)


def main(folder: Path) -> None:
    """Write all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for builder in BUILDERS:
        sent = builder(folder)
        print(f"{sent.path.name}\t{sent.records} {sent.kind}\t{sent.trap}")


main(Path(sys.argv[1]))
