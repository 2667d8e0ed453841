"""``/phone/``: the shell and its files; the API stands beside it in config.urls."""

from __future__ import annotations

from django.urls import path

from gridwalk.phone import shell

app_name = "phone"

urlpatterns = [
    path("", shell.shell, name="shell"),
    path("sw.js", shell.worker, name="worker"),
    path("<path:name>", shell.file, name="file"),
]
