"""Streams, changes, audit, receipts, stored files. See docs/architecture.md, idea 1."""

from __future__ import annotations

from django.db import models
from django.utils.functional import cached_property

from gridwalk.core import ids, records
from gridwalk.core.kept import ByHand, Kept, Stays


class Home(models.Model):
    """The stamp of a data directory, one row: which version made it. A trial version (0.1) left none."""

    made_with = models.CharField(max_length=16)
    made_at = models.DateTimeField()


class Stream(models.Model):
    """A unit of consistency: one grid (its 15-digit code). Whoever writes its data holds this row's lock."""

    code = models.CharField(primary_key=True, max_length=32)
    version = models.BigIntegerField(default=0)


class Change(models.Model):
    """One line of a stream's history, append-only. ``field`` ``*``: the whole record; ``-``: it left this stream."""

    KEPT = Kept(
        grid="stream",
        of=("entity",),
        moved=Stays("history says where it happened"),
        merged=Stays("history says of which record it was"),
        erased=ByHand("retention.actions.people._forget"),
    )
    WHOLE = "*"
    LEFT = "-"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    stream = models.ForeignKey(Stream, models.PROTECT, db_constraint=False)
    version = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    entity = models.UUIDField()
    field = models.CharField(max_length=32)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    op = models.UUIDField()
    source = models.CharField(max_length=16)
    source_ref = models.CharField(max_length=80, blank=True)
    actor = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=40)
    at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["stream", "version"]),
            models.Index(fields=["entity", "at"]),
        ]

    def _open(self, column: str, value: object) -> object:
        if self.field == self.WHOLE and isinstance(value, dict):
            return records.open_record(value, table="core_change", column=column, row=self.id)
        return records.open_value(self.field, value, table="core_change", column=column, row=self.id)

    @cached_property
    def old_clear(self) -> object:
        """``old`` with its envelopes opened; mask before showing."""
        return self._open("old", self.old)

    @cached_property
    def new_clear(self) -> object:
        """``new`` with its envelopes opened; mask before showing."""
        return self._open("new", self.new)


class AuditEntry(models.Model):
    """Who did what to whom, in dotted past-tense verbs that are never renamed (``visit.recorded``)."""

    KEPT = Kept(
        of=("subject",), merged=Stays("what was done stays"), erased=Stays("ids and reasons; the chain must hold")
    )

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    at = models.DateTimeField()
    verb = models.CharField(max_length=48)
    actor = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=40)
    scope = models.CharField(max_length=15, blank=True)
    kind = models.CharField(max_length=16, blank=True)
    subject = models.UUIDField(null=True)
    data = models.JSONField(default=dict)
    reason = models.CharField(max_length=200, blank=True)
    chain = models.CharField(max_length=16, blank=True)
    seq = models.BigIntegerField(null=True)
    hash = models.CharField(max_length=72, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="audit_one_place")]
        indexes = [
            models.Index(fields=["-at"]),
            models.Index(fields=["subject", "-at"]),
            models.Index(
                fields=["scope", "-at"], opclasses=["varchar_pattern_ops", "timestamptz_ops"], name="audit_scope_at"
            ),
        ]


class AuditChain(models.Model):
    """The end of one chain of audit lines (core.audit.chain): how many there are and the last one's hash.

    ``unkeyed``: so many lines at its beginning were linked before links had a key; ``anchor`` vouches for the number
    and for the hash of the last of them.
    """

    code = models.CharField(primary_key=True, max_length=16)
    seq = models.BigIntegerField(default=0)
    head = models.CharField(max_length=72, blank=True)
    unkeyed = models.BigIntegerField(default=0)
    anchor = models.CharField(max_length=72, blank=True)


class Receipt(models.Model):
    """That something was done, and what came of it, under a key that makes doing it again do nothing."""

    key = models.CharField(primary_key=True, max_length=120)
    at = models.DateTimeField()
    result = models.JSONField(default=dict)


class StoredFile(models.Model):
    """An uploaded or generated file: bytes encrypted under the data directory, gone when it expires."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=200)
    purpose = models.CharField(max_length=24)
    scope = models.CharField(max_length=15, blank=True)
    size = models.BigIntegerField()
    owner = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["expires_at"])]
