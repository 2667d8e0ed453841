"""The phone and the server: intentions, devices, epochs, quarantine, pull.

No visit is ever lost (docs/algorithms/sync.md).
"""
