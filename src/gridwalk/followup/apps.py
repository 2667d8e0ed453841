"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class FollowupConfig(AppConfig):
    """The room ``followup``."""

    name = "gridwalk.followup"
    label = "followup"
