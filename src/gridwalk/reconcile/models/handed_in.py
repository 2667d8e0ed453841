"""Ledgers handed in: imports with their staged rows, comparisons with what they leave to decide.

Numbers are encrypted.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from gridwalk.core import envelope, ids, records
from gridwalk.core.kept import Blanked, ByHand, Goes, Kept, Stays
from gridwalk.core.models import StoredFile
from gridwalk.ledger.headers import NUMBERING
from gridwalk.reconcile import rules
from gridwalk.registry.sources import Source

TOLD = {"forbidden", "paper"}  # refused in words, or says on which paper a number stands


class Submission(models.Model):
    """A ledger, or the platform's export, as somebody handed it in: its file, how its columns are understood, how far
    it is. What becomes of it is an ``Import`` or a ``Comparison``.
    """

    STATES = [
        ("mapping", "等您核对列"),
        ("applying", "正在入库"),
        ("comparing", "正在比对"),
        ("paused", "停下了"),
        ("done", "办好了"),
        ("failed", "没读成"),
        ("cancelled", "已放弃"),
        ("rehearsing", "正在预看"),
        ("ready", "看过，等入库"),
        ("undoing", "正在撤销"),
        ("undone", "已撤销"),
    ]
    SOURCES = [("ledger", "台账"), ("platform", "市平台导出")]
    WORDS: ClassVar[Mapping[str, str]] = {}
    """The states that are called otherwise here."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    annotated = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200)
    scope = models.CharField(max_length=15)
    kind = models.CharField(max_length=16, blank=True)
    source = models.CharField(max_length=16, choices=SOURCES, default="ledger")
    mapping = models.JSONField(default=dict)
    cleared = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=STATES, default="mapping")
    message = models.CharField(max_length=400, blank=True)
    n_differences = models.IntegerField(default=0)
    actor = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    n_withheld = models.IntegerField(default=0)
    released_by = models.UUIDField(null=True)
    released_by_name = models.CharField(max_length=40, blank=True)
    released_at = models.DateTimeField(null=True)
    release_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["scope", "-created_at"])]

    @property
    def state_label(self) -> str:
        """The state in words."""
        return self.WORDS.get(self.state) or dict(self.STATES)[self.state]

    @property
    def chosen(self) -> dict[str, dict[str, str]]:
        """The columns a person chose, by side: header → field."""
        return {side: understood["chosen"] for side, understood in self.mapping.items()}

    @property
    def questions(self) -> list[str]:
        """The columns that somebody must choose before it goes on."""
        return [question for understood in self.mapping.values() for question in understood["questions"]]

    @property
    def unused(self) -> list[str]:
        """The columns that hold something of which nothing is taken, by their heading, as far as nothing tells why."""
        sheets = [sheet for understood in self.mapping.values() for sheet in understood["sheets"]]
        columns = [column for sheet in sheets for column in sheet["columns"]]
        return [
            *dict.fromkeys(
                c["header"]
                for c in columns
                if c["sample"] and not c["field"] and c["how"] not in TOLD and c["header"] not in {"", *NUMBERING}
            )
        ]

    @property
    def refused(self) -> list[str]:
        """The columns that are not taken, in words, and what of the file is not kept either."""
        columns = [column for understood in self.mapping.values() for column in understood["refused"]]
        return [*columns, f"存下来的文件里已清空：{'；'.join(self.cleared)}"] if self.cleared else columns

    def source_ref(self, side: str, sheet: str, row_no: int) -> str:
        """Where a row of one of its files stands, as history keeps it."""
        read = [*dict.fromkeys(sheet["name"] for sheet in self.mapping[side]["sheets"] if sheet["header_row"])]
        number = read.index(sheet) + 1 if len(read) > 1 and sheet in read else 0
        return Source(self.file_of(side), number, row_no).ref

    def file_of(self, side: str) -> uuid.UUID:
        """The stored file of a side."""
        return self.file_id

    def letter(self, side: str, sheet: str, row_no: int, field: str) -> str:
        """The column that holds a field in the table a row stands in, or the door for a part of it; else empty."""
        tables = (t for t in self.mapping[side]["sheets"] if t["name"] == sheet and row_no <= t.get("last", row_no))
        columns: list[dict[str, str]] = next((t["columns"] for t in tables), [])
        return next((c["letter"] for c in columns if field and c["field"] in {field, "address"}), "")

    def side(self, source: str) -> str:
        """Which of its files is that source's; empty where none is."""
        if self.source == source:
            return "left"
        return "right" if source == "platform" and "right" in self.mapping else ""


class Import(Submission):
    """One ledger on its way into the register. Unfinished until the last batch has its receipt.

    ``preview``: what becomes of its rows by grid, counted before, and the grids it names that are none.
    ``undone_by``: who took it back as one batch. ``agreed_by``: the second person, where what was dispatched leaves.
    """

    WORDS = {"paused": "没导完", "done": "已导入"}

    n_rows = models.IntegerField(default=0)
    n_faulty = models.IntegerField(default=0)
    n_created = models.IntegerField(default=0)
    n_changed = models.IntegerField(default=0)
    n_same = models.IntegerField(default=0)
    n_refused = models.IntegerField(default=0)
    n_unassigned = models.IntegerField(default=0)
    n_batches = models.IntegerField(default=0)
    n_batches_done = models.IntegerField(default=0)
    n_batches_undone = models.IntegerField(default=0)
    n_undone = models.IntegerField(default=0)
    n_stayed = models.IntegerField(default=0)
    n_doors_stayed = models.IntegerField(default=0)
    """Doors that a ledger of people or others began, and that stayed."""
    undone_by = models.UUIDField(null=True)
    undone_by_name = models.CharField(max_length=40, blank=True)
    undone_at = models.DateTimeField(null=True)
    undone_reason = models.CharField(max_length=200, blank=True)
    agreed_by = models.UUIDField(null=True)
    agreed_by_name = models.CharField(max_length=40, blank=True)
    preview = models.JSONField(default=dict)


class StagedRow(models.Model):
    """One row of a ledger as read: canonical values with numbers sealed, its faults, and what became of it."""

    KEPT = Kept(
        grid="grid",
        of=("entity",),
        moved=Stays("where the ledger's row was applied"),
        merged=Stays("to which record the ledger's row was applied"),
        erased=Blanked({"values": {}, "faults": []}),
    )
    STATES = [
        ("waiting", "待入库"),
        ("created", "新建"),
        ("changed", "已更新"),
        ("same", "一致"),
        ("refused", "没导入"),
        ("undone", "已撤销"),
        ("stayed", "撤销时留下"),
    ]

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=60)
    row_no = models.IntegerField()
    part = models.SmallIntegerField(default=0)
    """Which of the records beside each other in its row, from 0."""
    kind = models.CharField(max_length=16)
    grid = models.CharField(max_length=15, blank=True)
    batch = models.IntegerField(default=0)
    values = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    entity = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "sheet", "row_no", "part"], name="staged_once")]
        indexes = [
            models.Index(fields=["of", "batch"]),
            models.Index(fields=["entity"], condition=Q(entity__isnull=False), name="staged_of_entity"),
        ]

    @property
    def agrees(self) -> bool:
        """Whether the register holds just what the row says: it was registered from it, and nothing was at fault."""
        return self.state == "created" and not self.faults

    def envelope_row(self) -> str:
        """What this row's envelopes are bound to."""
        return rules.staged_key(self.of_id, self.sheet, self.row_no, self.part)

    def opened(self) -> dict[str, object]:
        """The row's values in the clear. The envelope's row is ``import|sheet|row_no``: known before the row exists."""
        row = self.envelope_row()
        return {
            field: envelope.open_(value, table="reconcile_stagedrow", column=f"values.{field}", row=row)
            if envelope.is_sealed(value)
            else value
            for field, value in self.values.items()
        }


class Comparison(Submission):
    """One ledger (or the platform's export) compared: with the register, or with each other (rate 3)."""

    WORDS = {"paused": "没比完", "done": "比对完成"}

    other_file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    other_name = models.CharField(max_length=200, blank=True)
    doing = models.CharField(max_length=60, blank=True)
    n_left = models.IntegerField(default=0)
    n_right = models.IntegerField(default=0)
    n_pairs = models.IntegerField(default=0)
    n_equal = models.IntegerField(default=0)
    n_union = models.IntegerField(default=0)
    by_field = models.JSONField(default=dict)
    by_sheet = models.JSONField(default=dict)
    by_grid = models.JSONField(default=dict)

    def file_of(self, side: str) -> uuid.UUID:
        """The stored file of a side."""
        return self.other_file_id if side == "right" and self.other_file_id else self.file_id

    @property
    def sides(self) -> tuple[str, str]:
        """The names of the two sides of the rate."""
        first = dict(self.SOURCES)[self.source]
        return (first, "市平台导出") if self.other_file_id else (first, "系统登记")


class ComparedCommunity(models.Model):
    """Rate 3 of one community in one comparison: records equal on all agreed fields / |left ∪ right|."""

    of = models.ForeignKey(Comparison, models.CASCADE, related_name="communities")
    community = models.CharField(max_length=12)
    n_equal = models.IntegerField()
    n_union = models.IntegerField()
    by_field = models.JSONField(default=dict)
    covers = models.BooleanField(default=True)
    """Whether the file holds at least half of the community's records; else the pair is no rate of the community."""
    awaits = models.BooleanField(default=False)
    """Whether the file would cover the community and waits for a second person: who handed it in sees rows masked."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "community"], name="compared_once")]
        indexes = [models.Index(fields=["community"])]


class Unmatched(models.Model):
    """A record on one side only, or two that may be the same: what a person must decide after a comparison."""

    KEPT = Kept(
        grid="grid",
        of=("entity",),
        moved=Goes(),
        merged=ByHand("reconcile.actions.merging.hand_over"),
        erased=Blanked({"values": {}, "fingerprint": "", "why": "", "reason": ""}),
    )
    WHATS = [("ledger_only", "台账有、系统没有"), ("register_only", "系统有、台账没有"), ("question", "疑似同一条")]
    STATES = [
        ("open", "待定"),
        ("registered", "已登记"),
        ("at_door", "上门核实"),
        ("set_aside", "已搁置"),
        ("strike_off", "已提交注销登记"),
        ("kept", "保留"),
        ("same", "是同一条"),
        ("different", "不是同一条"),
        ("gone", "新一次比对里没有了"),
    ]

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    of = models.ForeignKey(Comparison, models.CASCADE, related_name="unmatched")
    what = models.CharField(max_length=14, choices=WHATS)
    source = models.CharField(max_length=16)
    sheet = models.CharField(max_length=60, blank=True)
    row_no = models.IntegerField(default=0)
    kind = models.CharField(max_length=16)
    grid = models.CharField(max_length=15)
    entity = models.UUIDField(null=True)
    values = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=32, blank=True)
    score = models.FloatField(default=0)
    why = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=STATES, default="open")
    made = models.UUIDField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["of", "what", "state"]),
            models.Index(fields=["grid"], condition=Q(state="open"), name="unmatched_open"),
            models.Index(fields=["fingerprint"]),
        ]

    def opened(self) -> dict[str, object]:
        """The ledger row's values in the clear; mask before showing."""
        return records.open_record(self.values, table="reconcile_unmatched", column="values", row=self.id)
