"""Acceptance: what the answers say so far, the next instalment, the finding where a community is suspected."""

from __future__ import annotations

import uuid
from collections import Counter

from gridwalk.accounts.rules import SYSTEM
from gridwalk.core.actions import Writing
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.followup.actions import taking_in
from gridwalk.followup.rules import Kind as MatterKind
from gridwalk.inspection import rules
from gridwalk.inspection.actions import giving
from gridwalk.inspection.models import DoorAnswer, Sample, SampledDoor
from gridwalk.inspection.rules import DoorState, Visited
from gridwalk.method.sampling.acceptance import Verdict
from gridwalk.territory import queries as territory
from gridwalk.territory.rules import STREET

TITLE = "验收抽查：报已走访的，有居民说没有人来过"
TEXT = (
    "请社区先举一反三：同一时期、同一楼栋里还有没有。抽中的是哪几户不告诉，免得只改这几户。"
    "这是数据的疑点，不是对谁的结论。"
)


def judge(writing: Writing, sample: uuid.UUID, *, was_denied: bool) -> None:
    """Step: after a door of an acceptance sample is closed; the community's own streams are held."""
    held = Sample.objects.select_for_update().get(pk=sample)
    if held.verdict in {Verdict.ACCEPTED, Verdict.SUSPECT}:
        return
    said = Counter(DoorAnswer.objects.filter(door__sample=held).values_list("visited", flat=True))
    n_communities = len(territory.communities(held.scope[:STREET]))
    held.verdict = rules.verdict(n_communities, said[Visited.YES], said[Visited.NO])
    standing = SampledDoor.objects.filter(sample=held, state=DoorState.OPEN)
    n_open = standing.filter(instalment__lte=held.n_instalments).count()
    opens = rules.opens_next(Verdict(held.verdict), was_denied=was_denied, n_open=n_open)
    if opens and standing.filter(instalment__gt=held.n_instalments).exists():
        held.n_instalments += 1
        writing.audit(AuditVerb.SAMPLE_INSTALMENT, scope=held.scope, kind="sample", subject=held.pk)
    held.save(update_fields=["verdict", "n_instalments"])
    if opens:
        giving.hand_out(writing, held)
    if held.verdict == Verdict.SUSPECT:
        taking_in.open_matter(
            actor=SYSTEM, at=writing.at, scope=held.scope, kind=MatterKind.FINDING, title=TITLE, text=TEXT
        )
