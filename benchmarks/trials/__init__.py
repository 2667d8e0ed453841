"""Ledgers as one street's communities send them, made anew for every trial; docs/trials tells what came of them.

`python -m benchmarks.trials FOLDER` writes 26 files, drawn up by somebody who knew the user guides and no line of
the program: `registers` the population lists, `others` the rest, `oddities` a fault a row and a few odd makes,
`kinds` six of the kinds that proved weak.
"""
