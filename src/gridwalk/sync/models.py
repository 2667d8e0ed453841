"""Devices, what they sent, what waits for a decision. Bodies hold personal data and lie in the envelope."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gridwalk.accounts.models import User
from gridwalk.core import ids
from gridwalk.core.kept import ByHand, Goes, Kept, Repointed, Stays


class Epoch(models.Model):
    """One life of the database: a restore or failover begins the next. ``number`` is compared for equality only."""

    number = models.BigIntegerField(primary_key=True)
    began_at = models.DateTimeField()
    why = models.CharField(max_length=120)


class ServerKey(models.Model):
    """A P-256 key pair phones seal their outbox to; the private half lies in the envelope."""

    id = models.CharField(primary_key=True, max_length=16)
    private_sealed = models.TextField()
    public = models.JSONField()
    created_at = models.DateTimeField()


class Device(models.Model):
    """A phone bound to one account. ``next_seq``: the sequence number the server waits for.

    ``share_sealed``: the server's half of the key of the phone's read cache. ``behind_ms``: server time less phone
    time, as of the last request. ``cloned_from``: the device whose storage this one is a copy of; ``op``: the op that
    showed it. ``root``: the device that was bound with the key which all copies of a phone share; itself for that one.
    ``confirmed_at``: when a password and code, or the office's word for a copy, let it do more than hand in.
    """

    KEPT = Kept(grid="scope", moved=ByHand("upkeep.actions.regridding.follow"))

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    platform = models.CharField(max_length=120, blank=True)
    scope = models.CharField(max_length=15, blank=True)
    public_key = models.JSONField()
    share_sealed = models.TextField()
    deposit_index = models.CharField(max_length=32, unique=True)
    wire = models.PositiveSmallIntegerField(default=1)
    next_seq = models.BigIntegerField(default=1)
    waiting = models.PositiveIntegerField(null=True)
    behind_ms = models.BigIntegerField(default=0)
    activated_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True)
    last_sync_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=200, blank=True)
    wiped_at = models.DateTimeField(null=True)
    cloned_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    op = models.UUIDField(null=True)
    root = models.ForeignKey("self", models.CASCADE, related_name="lineage")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["scope"], opclasses=["varchar_pattern_ops"], name="device_scope")]


class Badge(models.Model):
    """What is on a worker's badge beside name and grid. ``photo``: the stored file."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="+")
    photo = models.UUIDField()
    set_at = models.DateTimeField()


class ActivationCode(models.Model):
    """A one-time code that binds a phone to an account within 15 minutes; only its blind index is kept."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    code_index = models.CharField(max_length=32, unique=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+")


class Attempts(models.Model):
    """Failed activations under one sign-in name at one address: each one doubles the wait."""

    key = models.CharField(primary_key=True, max_length=32)
    n = models.PositiveSmallIntegerField(default=0)
    wait_until = models.DateTimeField()


class Op(models.Model):
    """An intention as a phone sent it: once by id, once by device and place in its sequence.

    ``result``: differences asked, and under which head a value stood that was there already. ``grid``: whose data it
    is.
    ``settled_at``: when something became of it after it was answered, which its phone has to be told.
    """

    KEPT = Kept(
        grid="grid",
        of=("entity",),
        moved=Stays("where the phone's op was judged"),
        merged=Stays("what the phone sent, and of what"),
        erased=ByHand("retention.actions.ops.forget"),
    )
    STATES = [("accepted", "已记录"), ("difference", "有差异"), ("returned", "退回")]

    id = models.UUIDField(primary_key=True, editable=False)
    device = models.ForeignKey(Device, models.PROTECT, related_name="ops")
    seq = models.BigIntegerField()
    user = models.UUIDField()
    grid = models.CharField(max_length=15, blank=True)
    verb = models.CharField(max_length=24)
    kind = models.CharField(max_length=16, blank=True)
    entity = models.UUIDField(null=True)
    body_sealed = models.TextField()
    hash = models.CharField(max_length=64)
    version = models.SmallIntegerField()
    at = models.DateTimeField()
    phone_at = models.CharField(max_length=40, blank=True)
    mono = models.BigIntegerField(null=True)
    clock_uncertain = models.BooleanField(default=False)
    via = models.CharField(max_length=8, default="push")
    state = models.CharField(max_length=10, choices=STATES)
    reason = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=200, blank=True)
    result = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "seq"], name="op_once_in_sequence")]
        indexes = [
            models.Index(fields=["user", "settled_at"], condition=Q(settled_at__isnull=False), name="op_settled"),
            models.Index(fields=["user", "received_at"], condition=Q(state="difference"), name="op_asked"),
        ]


class Returned(models.Model):
    """隔离: an op that was kept and not applied, until somebody decides.

    ``place``: the door it speaks of, where known.
    """

    KEPT = Kept(
        grid="grid",
        of=("place", "op__entity"),
        moved=Goes(),
        merged=Repointed(only={"state__in": ("waiting", "assigned")}),
        erased=Stays("of doors and places; what was sent stands in the op"),
    )
    STATES = [
        ("waiting", "待处理"),
        ("assigned", "已交办"),
        ("released", "已放行"),
        ("set_aside", "已搁置"),
    ]

    op = models.OneToOneField(Op, models.PROTECT, primary_key=True, related_name="returned")
    grid = models.CharField(max_length=15)
    place = models.UUIDField(null=True)
    reason = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    assigned_to = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["grid"],
                condition=Q(state__in=("waiting", "assigned")),
                name="returned_waiting",
                opclasses=["varchar_pattern_ops"],
            ),
        ]


class Alias(models.Model):
    """A person a phone added under ``id`` who was on record already as ``entity`` (the same ID number)."""

    KEPT = Kept(of=("entity",), merged=Repointed(), erased=Stays("two ids"))

    id = models.UUIDField(primary_key=True, editable=False)
    entity = models.UUIDField()


class Deposit(models.Model):
    """A sealed op handed in without a session, kept as it came. ``state``: taken · unreadable."""

    op = models.UUIDField(primary_key=True, editable=False)
    device = models.ForeignKey(Device, models.PROTECT, related_name="+")
    seq = models.BigIntegerField()
    key_id = models.CharField(max_length=16)
    sealed = models.TextField()
    via = models.CharField(max_length=8)
    state = models.CharField(max_length=10)
    received_at = models.DateTimeField()


class Attachment(models.Model):
    """A photo named by the hash of its bytes; ``received``: how far its upload has come, ``file``: where it lies
    when whole.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    device = models.ForeignKey(Device, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    received = models.PositiveIntegerField(default=0)
    file = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    complete_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "sha256"], name="attachment_once")]


class Shadow(models.Model):
    """What phones were last told a grid looks like: per row a hash and the stream version it changed at,
    tombstones too.

    Derived and rebuilt from the rows at any time; a pull compares with it, so that no change of any row can be missed.
    """

    KEPT = Kept(grid="grid", moved=Stays("made anew"))

    grid = models.CharField(primary_key=True, max_length=15)
    version = models.BigIntegerField()
    epoch = models.BigIntegerField()
    format = models.PositiveSmallIntegerField()
    on = models.DateField()
    hash = models.CharField(max_length=64)
    marks = models.JSONField(default=dict)
