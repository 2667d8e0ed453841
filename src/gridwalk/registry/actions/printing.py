"""一户一档、一人一档 is printed: for a reason, under a number, and whoever stands on it can read that it was."""

from __future__ import annotations

import datetime as dt
import uuid

from gridwalk.accounts.rules import Viewer
from gridwalk.core import actions as core
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.registry.actions.looking import REASONS
from gridwalk.registry.queries import dossiers
from gridwalk.registry.queries.dossiers import Dossier

GETTERS = {"dwelling": dossiers.of_dwelling, "person": dossiers.of_person}


class PrintError(Exception):
    """A paper that is not printed; the text says why."""


def print_dossier(*, actor: Viewer, at: dt.datetime, kind: str, record: uuid.UUID, reason: str) -> tuple[Dossier, str]:
    """What is printed of a door or a person, and the number that stands on it.

    ``reason``: a key of ``looking.REASONS``. Raises NotHere, PrintError.
    """
    dossier = GETTERS[kind](actor, record)
    if not dossier.persons:
        raise PrintError("没有打印：这一户没有登记的人，没有档可以打印。先把人登记上。")
    if reason not in REASONS:
        raise PrintError("没有打印：请选一个事由，居民能看到。")
    number = core.export_number(at)
    subjects = [(kind, dossier.record, dossier.grid)] if kind == "dwelling" else []
    subjects += [("person", person, grid) for person, grid in dossier.persons.items()]
    with core.write_to(actor=actor, at=at) as writing:
        for subject_kind, subject, grid in subjects:
            writing.audit(
                AuditVerb.DOSSIER_PRINTED,
                scope=grid,
                kind=subject_kind,
                subject=subject,
                reason=REASONS[reason],
                data={"number": number},
            )
    return dossier, number
