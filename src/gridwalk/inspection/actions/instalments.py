"""Acceptance: what the answers say so far, the next instalment, the finding where a community is suspected."""

from __future__ import annotations

from collections import Counter

from django.db.models import QuerySet

from gridwalk.accounts.rules import ONE_STREET, SYSTEM
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.followup.actions import taking_in
from gridwalk.followup.rules import Kind as MatterKind
from gridwalk.inspection import rules
from gridwalk.inspection.actions import handing_out
from gridwalk.inspection.actions.handing_out import HandedOut
from gridwalk.inspection.models import DoorAnswer, Sample, SampledDoor
from gridwalk.inspection.rules import Conclusion, DoorState, Kind, Visited
from gridwalk.territory import queries as territory

TITLE = "验收抽查：报已走访的，有居民说没有人来过"
TEXT = (
    "请社区先举一反三：同一时期、同一楼栋里还有没有。抽中的是哪几户不告诉，免得只改这几户。"
    "这是数据的疑点，不是对谁的结论。"
)


def judge(writing: Writing, sample: Sample, *, was_denied: bool = False) -> HandedOut:
    """Step: after doors were closed; the sample is held, and of an answer the community's own streams.

    Instalments of which nobody can be asked are passed at once. Returns what was handed of those drawn now.
    """
    handed = HandedOut()
    if sample.draws_for is not Kind.ACCEPTANCE or sample.verdict not in {"", Conclusion.GO_ON}:
        return handed
    answers = Counter(DoorAnswer.objects.filter(door__sample=sample).values_list("visited", flat=True))
    n_denied = answers[Visited.NO] if was_denied else 0
    sample.verdict = _conclusion(sample, answers)
    while _opens_next(sample, n_denied):
        n_denied = 0
        sample.n_instalments += 1
        writing.audit(AuditVerb.SAMPLE_INSTALMENT, scope=sample.scope, kind="sample", subject=sample.pk)
        handed += handing_out.hand_out(writing, sample)
        sample.verdict = _conclusion(sample, answers)
    if sample.verdict == Conclusion.SUSPECT:
        sample.matter = taking_in.open_matter(
            actor=SYSTEM, at=writing.at, scope=sample.scope, kind=MatterKind.FINDING, title=TITLE, text=TEXT
        )
    sample.save(update_fields=["verdict", "n_instalments", "matter"])
    return handed


def _conclusion(sample: Sample, answers: Counter[str]) -> Conclusion:
    n_communities = len(territory.communities(sample.scope[:ONE_STREET]))
    n_left = _open(sample).count()
    n_confirmed, n_denied = answers[Visited.YES], answers[Visited.NO]
    return rules.conclusion(n_communities, n_confirmed, n_denied, n_left=n_left, honest=sample.honest)


def _opens_next(sample: Sample, n_denied: int) -> bool:
    n_open = _open(sample).filter(instalment__lte=sample.n_instalments).count()
    waits = _open(sample).filter(instalment__gt=sample.n_instalments).exists()
    return waits and rules.opens_next(Conclusion(sample.verdict), n_denied=n_denied, n_open=n_open)


def _open(sample: Sample) -> QuerySet[SampledDoor]:
    return SampledDoor.objects.filter(sample=sample, state=DoorState.OPEN)
