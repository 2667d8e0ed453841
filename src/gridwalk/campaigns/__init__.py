"""Campaigns, phases, waves, targets and their dispatch (走访任务管理)."""
