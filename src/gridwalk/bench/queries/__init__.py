"""Every read of checks and cases, viewer first: absent and not yours are the same."""
