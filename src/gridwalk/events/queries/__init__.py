"""Every read of events, viewer first: absent and not yours are the same."""
