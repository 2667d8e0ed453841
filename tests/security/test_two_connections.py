"""Who waits for a row waits: what was decided meanwhile (``test_decided_meanwhile``), with two connections.

The other one holds the rows that are to be locked, changes them, and commits when this one waits for them. What is said
then is the same as where nobody waited.
"""

from __future__ import annotations

import pytest

from tests.security import test_decided_meanwhile as alone
from tests.security.test_decided_meanwhile import phone, walk

__all__ = ["phone", "walk"]

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("two_connections")]

globals().update({name: test for name, test in vars(alone).items() if name.startswith("test_")})
