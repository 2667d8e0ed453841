"""台账文件: a messy file as offices send it → canonical rows with their faults, and the same file back, annotated."""
