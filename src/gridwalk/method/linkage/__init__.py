"""Record linkage: which rows of two ledgers speak of one entity (docs/algorithms/matching.md)."""

from gridwalk.method.linkage.evidence import EVIDENCE, guarded
from gridwalk.method.linkage.link import KINDS, Links, compare, link
from gridwalk.method.linkage.prepare import REGISTERED

__all__ = ["EVIDENCE", "KINDS", "REGISTERED", "Links", "compare", "guarded", "link"]
