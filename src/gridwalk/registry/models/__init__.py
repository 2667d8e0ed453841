"""The tables of the register: records of facts, what is decided about them, what happened."""

from gridwalk.registry.models.decisions import DecisionBatch, Difference, Recheck, Settled
from gridwalk.registry.models.events import Event
from gridwalk.registry.models.records import (
    CareLabel,
    Dwelling,
    Entity,
    Facility,
    FormerAddress,
    Organization,
    Person,
    Residence,
    Site,
)

__all__ = [
    "CareLabel",
    "DecisionBatch",
    "Difference",
    "Dwelling",
    "Entity",
    "Event",
    "Facility",
    "FormerAddress",
    "Organization",
    "Person",
    "Recheck",
    "Residence",
    "Settled",
    "Site",
]
