"""Every read of matters and meetings, viewer first: absent and not yours are the same."""
