"""The writer in place: a workbook's own XML with the cells changed that must be, and every other part as it was.

``package``: the parts of the file, their relations and types. ``layout``: where the cells of a worksheet stand in its
bytes. ``sheet``: the worksheet with some of them changed. ``styles``, ``comments``: the parts that belong to a mark.
``book``: all of it by the names of sheets. ``rows``: records written into the rows drawn for them, which become as many
as are needed; ``references``, ``around``: what says where a cell is, moved along. ``blanking``: what is not taken goes,
with ``strings`` and ``formulas``.
"""
