"""The import of 30,000 rows that ``bench sync`` runs beside the pushes; in its own process, as the job
worker's would be.
"""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridwalk.config.settings")
django.setup()

from benchmarks import phones  # noqa: E402
from gridwalk.accounts.rules import SYSTEM  # noqa: E402
from gridwalk.core import clock  # noqa: E402
from gridwalk.reconcile.actions import applying, staging  # noqa: E402
from gridwalk.territory import actions as territory  # noqa: E402

COMMUNITY = f"{phones.STREET}999"


def main() -> None:
    """Lay out a community of its own and import a ledger of dwellings into it."""
    now = clock.now()
    tree = {
        "province": {"code": "120000000000", "name": "天津市"},
        "city": {"code": "120100000000", "name": "市辖区"},
        "district": {"code": f"{phones.DISTRICT}000000", "name": "河北区"},
        "street": {"code": f"{phones.STREET}000", "name": "试验街道"},
        "communities": [{"code": COMMUNITY, "name": "旁边社区居委会"}],
    }
    territory.load_areas(actor=SYSTEM, at=now, tree=tree)
    territory.create_grids(actor=SYSTEM, at=now, community=COMMUNITY, n=10, from_on=clock.local_date(now))
    lines = ["网格编码,小区,楼栋,单元,室号,居住状况,使用情况"]
    for n in range(30_000):
        building, floor, room = n // 240 + 1, n % 240 // 4 + 1, n % 4 + 1
        lines.append(f"{COMMUNITY}{building % 10 + 1:03d},旁边里,{building}号楼,1单元,{floor}0{room},有人住,自住")
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    ledger = staging.upload(
        actor=SYSTEM, at=now, data="\n".join(lines).encode("gb18030"), name="房屋台账.csv", scope=COMMUNITY
    )
    ledger = staging.stage(actor=SYSTEM, at=now, imported=ledger.id)
    applying.apply(actor=SYSTEM, at=now, imported=ledger.id)


if __name__ == "__main__":
    main()
