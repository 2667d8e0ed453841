"""Record linkage: which rows of two ledgers speak of one entity (docs/algorithms/matching.md)."""

from gridwalk.method.linkage.link import KINDS, Links, link

__all__ = ["KINDS", "Links", "link"]
