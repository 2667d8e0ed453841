"""What journeys share."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.harness.people import signed_in


@pytest.fixture
def actor(street: Client) -> Any:
    """The lead as jobs see them."""
    return signed_in(street)
