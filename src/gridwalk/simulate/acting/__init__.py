"""A hundred days in the street, driven through the same actions as people use."""
