"""Taking a visit back: it stays on record with the reason, and whatever counted because of it is reckoned
without it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from gridwalk.accounts import rules as access
from gridwalk.accounts.rules import Verb, Viewer
from gridwalk.campaigns.models import Target
from gridwalk.core import actions as core
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.method.text import reason_kept
from gridwalk.registry import columns
from gridwalk.registry.actions import corrections
from gridwalk.registry.models import CareLabel, Dwelling
from gridwalk.visits import rules
from gridwalk.visits.actions import caring, rounds, targets
from gridwalk.visits.actions.recording import VisitRefused
from gridwalk.visits.models import Visit


def withdraw_visit(*, actor: Viewer, at: dt.datetime, visit: uuid.UUID, reason: str) -> None:
    """Take a wrong visit back with a reason; facts and persons it brought stay and are corrected on their own pages.

    Its target, the last contact of its place and of its care labels and its proof of vacancy fall back to the visits
    that stand; needs found in it do not count, needs met in it are open again. Raises NotHere, NotPermitted,
    VisitRefused.
    """
    withdrawn = Visit.objects.filter(pk=visit, withdrawn_at__isnull=True).first()
    if withdrawn is None:
        raise NotHere
    place: Any = columns.TABLES[withdrawn.kind]._default_manager.get(pk=withdrawn.entity)
    if not actor.may(Verb.SEE_ROWS, place.grid_id):
        raise NotHere
    access.require(actor, Verb.RECORD_VISIT, place.grid_id)
    reason = reason_kept(reason)
    if not reason:
        raise VisitRefused("没有撤销：请写明原因，来历里要留着。")
    labels = CareLabel.objects.filter(contacts__visit=withdrawn)
    with core.write_to(place.grid_id, *labels.values_list("grid_id", flat=True), actor=actor, at=at) as writing:
        if not Visit.objects.filter(pk=visit, withdrawn_at__isnull=True).update(
            withdrawn_at=at, withdrawn_reason=reason
        ):
            raise NotHere
        standing = list(Visit.objects.filter(entity=withdrawn.entity, withdrawn_at__isnull=True).order_by("at"))
        for target in Target.objects.select_for_update().filter(visits=withdrawn):
            was = {target: target.state}
            targets.settle(target, standing)
            targets.save(writing, [target], was, source="visit")
        place = columns.TABLES[withdrawn.kind]._default_manager.select_for_update().get(pk=withdrawn.entity)
        place.last_contact_on = rounds.last_contact(withdrawn.entity)
        place.save(update_fields=["last_contact_on"])
        if isinstance(place, Dwelling) and withdrawn.outcome == "vacant_confirmed":
            _prove_by_others(writing, place, withdrawn, standing)
        for label in labels.distinct():
            caring.last_contact(writing, label, source="visit")
        caring.take_back(writing, withdrawn)
        writing.audit(
            AuditVerb.VISIT_WITHDRAWN,
            scope=place.grid_id,
            kind=withdrawn.kind,
            subject=withdrawn.entity,
            data={"visit": str(withdrawn.id)},
            reason=reason,
        )


def _prove_by_others(writing: Writing, dwelling: Dwelling, withdrawn: Visit, standing: Sequence[Visit]) -> None:
    """Where the vacancy was proved by the visit taken back, another one proves it or nobody does."""
    if (dwelling.vacancy_source, dwelling.vacancy_confirmed_on) != (withdrawn.second_source, withdrawn.on):
        return
    attempts = [targets.attempt(v) for v in standing]
    proofs = [
        v for v in standing if v.outcome == "vacant_confirmed" and rules.proves_vacancy(targets.attempt(v), attempts)
    ]
    proof = (proofs[-1].second_source, proofs[-1].on) if proofs else ("", None)
    corrections.prove_vacancies(writing, [(dwelling, *proof)], source="visit")
