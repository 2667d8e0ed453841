"""Every read of the queue, viewer first: absent and not yours are the same."""
