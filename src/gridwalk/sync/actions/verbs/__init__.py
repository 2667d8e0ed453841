"""The verbs of the phone, a file each; this table is the only place that knows them all."""

from __future__ import annotations

from gridwalk.sync.actions.verbs.fact_set import FactSet
from gridwalk.sync.actions.verbs.matter_act import MatterAct
from gridwalk.sync.actions.verbs.matter_note import MatterNote
from gridwalk.sync.actions.verbs.person_add import PersonAdd
from gridwalk.sync.actions.verbs.person_end import PersonEnd
from gridwalk.sync.actions.verbs.residence_end import ResidenceEnd
from gridwalk.sync.actions.verbs.sample import SampleAnswer, SampleApproach, SampleLeave
from gridwalk.sync.actions.verbs.task_hand_back import TaskHandBack
from gridwalk.sync.actions.verbs.verb import Verb
from gridwalk.sync.actions.verbs.visit_record import VisitRecord
from gridwalk.sync.actions.verbs.visit_withdraw import VisitWithdraw

VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        VisitRecord(),
        FactSet(),
        PersonAdd(),
        ResidenceEnd(),
        PersonEnd(),
        VisitWithdraw(),
        TaskHandBack(),
        MatterNote(),
        MatterAct(),
        SampleAnswer(),
        SampleApproach(),
        SampleLeave(),
    )
}
