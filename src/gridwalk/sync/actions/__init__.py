"""Every write of sync: devices, pushing, pulling, depositing, quarantine, epochs, attachments."""
