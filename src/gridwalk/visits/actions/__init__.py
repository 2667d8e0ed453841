"""Every write of visits: recording (one or a batch), taking back, deciding rechecks."""
