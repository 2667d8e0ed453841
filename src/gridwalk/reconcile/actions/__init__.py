"""Every write of imports: staging a file, applying it batch by batch."""
