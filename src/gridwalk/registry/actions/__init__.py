"""Every write to the register. ``steps`` of these files take an open ``core.actions.Writing`` and work on lists."""
