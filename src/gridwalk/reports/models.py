"""Documents of meetings as they were made: what they say, and each figure with what it rests on."""

from __future__ import annotations

from django.db import models

from gridwalk.followup.models import Meeting

PACK, MINUTES = "pack", "minutes"
KINDS = {PACK: "座谈会材料", MINUTES: "座谈会纪要"}


class Document(models.Model):
    """One document of one moment, never changed; made again it is another one.

    ``content``: what it says, for page and file alike. ``figures``: in their order; the id of
    the third of document 17 is 17.3. ``counts``: indicator → grid → (n, d) at that moment.
    """

    serial = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=list(KINDS.items()))
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="documents")
    campaign = models.UUIDField(null=True)
    at = models.DateTimeField()
    content = models.JSONField(default=dict)
    figures = models.JSONField(default=list)
    counts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["meeting", "kind", "at"], name="document_of_meeting")]
