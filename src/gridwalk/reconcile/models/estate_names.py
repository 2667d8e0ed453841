"""Other names of estates, as ledgers write them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gridwalk.ledger.other_names import asked_of
from gridwalk.reconcile.models.handed_in import Submission


class EstateAlias(models.Model):
    """An estate's other name in a community, as ledgers write it (阳光100 = 阳光壹佰): met by comparing or importing,
    asked once, and used where it was confirmed. Both are keys.

    ``n_doors``, ``n_against``: at how many doors of the name the same people stand at that number, at how many not.
    """

    STATES = [("asked", "待定"), ("same", "是"), ("different", "不是"), ("later", "以后再说")]

    community = models.CharField(max_length=12)
    alias = models.CharField(max_length=60)
    estate = models.CharField(max_length=60)
    learnt_from = models.ForeignKey(Submission, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=STATES, default="asked")
    n_doors = models.IntegerField(default=0)
    n_against = models.IntegerField(default=0)
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["community", "alias"], name="estate_alias_once")]
        indexes = [models.Index(fields=["state"], condition=Q(state="asked"), name="estate_alias_asked")]

    @property
    def question(self) -> str:
        """What is asked, in words."""
        return asked_of(self.alias, self.estate, self.n_doors, self.n_against)
