"""The street these tests are written on."""

from gridwalk.registry.tests.conftest import street

__all__ = ["street"]
