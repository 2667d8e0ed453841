"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class ReconcileConfig(AppConfig):
    """The room ``reconcile``."""

    name = "gridwalk.reconcile"
    label = "reconcile"
