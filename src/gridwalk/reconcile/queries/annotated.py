"""The annotated workbook, by who reads it: whole to who uploaded the file, through the gate of sight to others."""

from __future__ import annotations

import uuid
from typing import TypeVar

from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.core import files
from gridwalk.core.queries import NotHere
from gridwalk.dictionary.sight import Place
from gridwalk.ledger import annotate, handing
from gridwalk.ledger.annotate import Mark
from gridwalk.reconcile import rules
from gridwalk.reconcile.models import Import, StagedRow, Submission
from gridwalk.reconcile.queries import telling
from gridwalk.reconcile.queries.submissions import get_submission

S = TypeVar("S", bound=Submission)
ROWS_ONLY = "批注工作簿里是一人一行的内容，只给上传的人和看得到这个社区明细的人，没有下载。"
CARE_ONLY = "重点关爱名册只还给上传的人，没有下载。要看重点关爱人员，请到“重点关爱”。"
COUNTS_ONLY = "您的岗位看不到明细，比对只告诉各社区的数，没有逐行的结果，没有下载。"
COMPARED_ONLY = "比对批注里有上传人台账的原样内容，只还给上传的人，没有下载。差异和只有一边有的都在这一页上；要工作簿，请自己上传台账再比。"


class OwnFileOnly(Exception):
    """The file is for who uploaded it; the text says why and what to do instead."""


def annotated(viewer: Viewer, model: type[S], submission: uuid.UUID) -> tuple[str, bytes]:
    """Name and bytes of the annotated workbook as this viewer may have it.

    Raises NotHere where there is none, or it has expired; OwnFileOnly.
    """
    ledger = get_submission(viewer, model, submission)
    if ledger.annotated is None or ledger.annotated.erased_at is not None:
        raise NotHere
    if why := withheld(viewer, ledger):
        raise OwnFileOnly(why)
    if _is_own(viewer, ledger) and isinstance(ledger, Import) and not telling.by_row(viewer, ledger):
        own = annotate.annotate(
            files.read(ledger.file_id), ledger.name, marks(ledger, of_register=False), missing=ledger.cleared
        )
        return ledger.annotated.name, own.data
    if _is_own(viewer, ledger) or not isinstance(ledger, Import):
        return ledger.annotated.name, files.read(ledger.annotated.id)
    return f"{ledger.annotated.name.rsplit('.', 1)[0]}.xlsx", _gated(viewer, ledger)


def withheld(viewer: Viewer, ledger: Submission) -> str:
    """Why this viewer does not get the annotated workbook; empty where they do."""
    if not isinstance(ledger, Import) and not telling.by_row(viewer, ledger):
        return COUNTS_ONLY
    if _is_own(viewer, ledger):
        return ""
    if not viewer.may(Verb.SEE_ROWS, ledger.scope):
        return ROWS_ONLY
    if not isinstance(ledger, Import):
        return COMPARED_ONLY
    return CARE_ONLY if ledger.kind == "care" else ""


def _is_own(viewer: Viewer, ledger: Submission) -> bool:
    """Whether the viewer uploaded the file; who compares it again did not."""
    return viewer.id is not None and ledger.file.owner == viewer.id


def _gated(viewer: Viewer, ledger: Import) -> bytes:
    """The ledger as another reader may see it: values, each as the dictionary shows its field in a file."""
    sheets = handing.gated(
        files.read(ledger.file_id),
        ledger.name,
        kind=ledger.kind,
        understood=ledger.mapping["left"]["sheets"],
        reader=viewer.reader(ledger.scope, Place.FILE),
    )
    return annotate.rebuilt(sheets, marks(ledger), first_line=handing.FIRST_LINE)


def marks(ledger: Import, *, of_register: bool = True) -> list[Mark]:
    """What an import has to say of its rows, cell by cell; never what stands in them.

    ``of_register``: also what tells whether the register has somebody or something.
    """
    rows = StagedRow.objects.filter(of=ledger).exclude(faults=[]).order_by("id")
    of_cells = [
        Mark(row.sheet, row.row_no, fault["column"], fault["text"])
        for row in rows
        for fault in row.faults
        if of_register or fault["code"] not in rules.OF_REGISTER
    ]
    return of_cells + [
        Mark(sheet, row_no, "", reason["words"])
        for reason in ledger.mapping["left"].get("left_out", ())
        if reason["asks"]
        for sheet, first, last in reason["rows"]
        for row_no in range(first, last + 1)
    ]
