"""The tables of the register: records of facts, what is decided about them, what happened."""

from gridwalk.registry.models.decisions import CaseDecision, Difference, HandedInNumber, Recheck, TakeOver
from gridwalk.registry.models.ordering import by_lot, days
from gridwalk.registry.models.records import (
    CareLabel,
    Dwelling,
    Entity,
    Erased,
    Facility,
    FormerAddress,
    Organization,
    Person,
    Residence,
    Site,
)

__all__ = [
    "CareLabel",
    "CaseDecision",
    "Difference",
    "Dwelling",
    "Entity",
    "Erased",
    "Facility",
    "FormerAddress",
    "HandedInNumber",
    "Organization",
    "Person",
    "Recheck",
    "Residence",
    "Site",
    "TakeOver",
    "by_lot",
    "days",
]
