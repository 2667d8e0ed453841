"""Which files with a person in them were taken away, by whom and under which export number."""

from __future__ import annotations

import uuid

from gridwalk.accounts.rules import Viewer
from gridwalk.core import looks
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.models import AuditEntry
from gridwalk.lists import queries as lists
from gridwalk.lists.rules import PAPER
from gridwalk.reconcile.models import BackfillItem, SideRow, StagedRow, Unmatched
from gridwalk.registry.models import Person
from gridwalk.registry.queries import access
from gridwalk.registry.queries.access import Look

WORDS = {
    "import": "带走了导入台账的批注版，里面有本人",
    "comparison": "带走了台账比对的批注版，里面有本人",
    "backfill": "带走了回填清单，里面有本人",
    "list": "导出了名单，里面有本人",
}
PRINTED = "打印了名单，里面有本人"


def files_with(viewer: Viewer, person: Person) -> list[Look]:
    """The files a person is known to have stood in, as they were taken away, newest first. Raises NotHere."""
    access.require(viewer, person)
    file_ids: set[uuid.UUID] = set(StagedRow.objects.filter(entity=person.pk).values_list("of", flat=True))
    file_ids |= set(SideRow.every.filter(entity=person.pk).values_list("of", flat=True))
    file_ids |= set(Unmatched.objects.filter(entity=person.pk).values_list("of", flat=True))
    file_ids |= lists.exports_with(person.pk)
    file_ids |= set(BackfillItem.objects.filter(entity=person.pk).values_list("list_id", flat=True))
    entries = looks.of_files(file_ids, AuditVerb.FILE_EXPORTED, limit=access.LIMIT)
    of_kinds = [entry for entry in entries if entry.kind in WORDS]
    return access.told(viewer, person, of_kinds, what=_what)


def _what(entry: AuditEntry) -> str:
    return PRINTED if entry.data.get("ending") == PAPER else WORDS[entry.kind]
