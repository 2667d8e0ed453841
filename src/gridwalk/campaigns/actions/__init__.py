"""Campaigns from founding to dispatch, and what is arranged about targets."""
