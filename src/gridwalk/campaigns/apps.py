"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """The room ``campaigns``."""

    name = "gridwalk.campaigns"
    label = "campaigns"
