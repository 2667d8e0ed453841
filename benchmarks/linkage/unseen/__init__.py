"""Two ledgers of another make, kept apart from the ones the weights were learnt on: the test of what was tuned.

Where ``ledgers`` lets every row go wrong by itself, mistakes here come the way they do in an office: by clerk (one
whole sheet damaged by a table program, one who notes only the head's telephone), by household (moved out together,
another family behind the same door) and by age (infants without a number, the old with birthdays of the other
calendar). Names are put together from characters, doors are also courtyards, village groups and towers. Written
without knowledge of the engine's parser; the shares stand in ``clerks.RATES``. What its first runs taught the engine
as rules (a number its own row contradicts, a child without a name, the lunar birthday) is measured on seeds drawn
afterwards.
"""
