"""Identifiers: UUIDv7 everywhere, because a phone without a network must be able to make them and they sort by time."""

from __future__ import annotations

import uuid

import uuid_utils.compat


def new_id() -> uuid.UUID:
    """A fresh UUIDv7 (RFC 9562)."""
    return uuid_utils.compat.uuid7()
