"""Every read of the register, viewer first: absent and not yours are the same."""
