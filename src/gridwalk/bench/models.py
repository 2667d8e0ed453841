"""What a street sets of its online checks."""

from __future__ import annotations

from django.db import models


class CheckSetting(models.Model):
    """An online check as a street has it: asked or not, and from where on. Without a row it is as declared."""

    street = models.CharField(max_length=9)
    check_code = models.CharField(max_length=24)
    is_on = models.BooleanField()
    thresholds = models.JSONField(default=dict)
    set_by_name = models.CharField(max_length=40)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["street", "check_code"], name="check_setting_once")]
