"""A third generator of ledgers to judge record linkage by, written without a look at the engine or the other two.

Two offices keep a ledger each of one street, at two days nine months apart. People live in households of the sizes the
census counts, marry in, bear twins, share flats, move, die, are born and go unnamed for months, stay registered where
they no longer live. Then each office writes them down in its own columns, order and habits, with the slips of the table
in `rates`. The truth comes from the persons, never from the texts.

`make(seed, persons, messy)` gives the frames; `FIELDS` says which field of the dictionary each heading is, to judge the
engine without the reading. What no reader could decide stands apart, with its reason, in `left_out`: pairs whose rows
share nothing but a name (or not even that), and rows whose number is wrong on the very card. Everything is synthetic:
one area code that was never given out, telephones that begin with 12.
"""

from .make import Ledgers, make
from .offices import FIELDS

__all__ = ["FIELDS", "Ledgers", "make"]
