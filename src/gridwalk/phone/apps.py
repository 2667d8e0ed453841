"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class PhoneConfig(AppConfig):
    """The room ``phone``."""

    name = "gridwalk.phone"
    label = "phone"
