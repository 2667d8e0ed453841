"""Documents as they were made: what they say, and each figure with what it rests on."""

from __future__ import annotations

from django.db import models

from gridwalk.followup.models import Meeting

PACK, MINUTES = "pack", "minutes"
SUMMARY, WEEKLY, PROGRESS = "summary", "weekly", "progress"
KINDS = {
    PACK: "座谈会材料",
    MINUTES: "座谈会纪要",
    SUMMARY: "总结材料",
    WEEKLY: "周报表",
    PROGRESS: "走访进度",
}


class Document(models.Model):
    """One document of one moment, never changed; made again it is another one.

    ``meeting``: of a pack or minutes; a report has none. ``scope``: the area it is about. ``content``: what it says,
    for page and file alike; of a report its name alone, for its file stands by itself. ``figures``: in their order;
    the id of the third of document 17 is 17.3. ``counts``: what was counted → grid or community → [n, d, parts] at that
    moment.
    """

    serial = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=list(KINDS.items()))
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, related_name="documents")
    scope = models.CharField(max_length=15)
    campaign = models.UUIDField(null=True)
    at = models.DateTimeField()
    content = models.JSONField(default=dict)
    figures = models.JSONField(default=list)
    counts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["meeting", "kind", "at"], name="document_of_meeting"),
            models.Index(fields=["at"], name="document_at"),
        ]
