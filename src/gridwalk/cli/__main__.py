"""``python -m gridwalk.cli`` is the ``gridwalk`` command."""

from __future__ import annotations

import sys

from gridwalk import cli

sys.exit(cli.main())
