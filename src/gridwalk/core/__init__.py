"""What every room stands on: streams, change feed, audit, receipts, clock, ids, envelope encryption, stored files."""
