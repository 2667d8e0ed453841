"""After a change of keys: what was sealed under an older one is sealed again under the one in use."""
