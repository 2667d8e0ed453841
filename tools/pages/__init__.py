"""Every page of every role at four sizes: what a rule can find wrong with how it looks, and its picture."""
