"""Steps that plans are made of: they take an open ``core.actions.Writing``."""
