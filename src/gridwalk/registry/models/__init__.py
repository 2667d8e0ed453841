"""The tables of the register: records of facts, and what is decided about them."""

from gridwalk.registry.models.decisions import DecisionBatch, Difference, Recheck, Settled
from gridwalk.registry.models.records import (
    CareLabel,
    Dwelling,
    Entity,
    Facility,
    Organization,
    Person,
    Residence,
    Site,
)

__all__ = [
    "CareLabel", "DecisionBatch", "Difference", "Dwelling", "Entity", "Facility", "Organization", "Person", "Recheck",
    "Residence", "Settled", "Site",
]  # fmt: skip
