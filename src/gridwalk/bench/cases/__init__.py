"""What a check finds, and how: records that may be there twice, records that contradict themselves."""
