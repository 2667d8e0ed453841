"""Samples that nobody could have picked, and what may be said from them (P17, P18; docs/algorithms/sampling.md).

``draws`` draws from a frozen frame with a seed that was committed to before; ``estimates`` says what a stratified
sample shows, ``clusters`` what it proves of whoever lives behind the doors; ``acceptance`` says after how many denials
a community is looked at more closely; ``missed`` bounds the doors that no register has; ``rota`` says which community
checks which.
"""
