"""Record linkage: which rows of two ledgers speak of one entity (docs/algorithms/matching.md)."""

from gridwalk.method.linkage.link import EVIDENCE, KINDS, Links, compare, guarded, link

__all__ = ["EVIDENCE", "KINDS", "Links", "compare", "guarded", "link"]
