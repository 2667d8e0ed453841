"""Write the phone's types anew: ``DJANGO_SETTINGS_MODULE=tests.settings python -m gridwalk.phone``."""

from __future__ import annotations

from pathlib import Path

import django

django.setup()

from gridwalk.phone import typescript  # noqa: E402 models must be there first

ROOT = Path(__file__).parents[3]
for name, text in typescript.render().items():
    (ROOT / "web" / "phone" / "model" / name).write_text(text, encoding="utf-8")
