"""The audit's chains: what a link is, adding links, proving that none is missing."""
