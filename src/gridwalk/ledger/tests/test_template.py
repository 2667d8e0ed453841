"""A template, filled in as its example says, is read whole: every column by its heading, nothing asked or refused."""

from __future__ import annotations

import io

import openpyxl
import pytest

from gridwalk.dictionary import fields as dictionary
from gridwalk.ledger import clearing, read, template


@pytest.mark.parametrize("kind", list(dictionary.KINDS))
def test_a_template_that_is_filled_in_is_recognised_whole(kind: str) -> None:
    examples = template.EXAMPLES[kind]
    book = openpyxl.load_workbook(io.BytesIO(template.workbook(kind)))
    rows, told = book.worksheets
    choices = [dictionary.get(kind, name) for name in examples if dictionary.get(kind, name).choices]
    assert len(rows.data_validations.dataValidation) == len(choices)
    lines = [[str(cell.value or "") for cell in line] for line in told.iter_rows(max_row=len(examples))]
    offered = {first.split("”")[0][1:]: [*filter(None, words)] for first, *words in lines}
    for field in choices:
        assert offered[field.label] == list(template.words_of(field))
        assert not any(dictionary.parse(kind, field.name, word).fault for word in offered[field.label])
    for column, value in enumerate(examples.values(), start=1):
        rows.cell(2, column).value = value or None
    out = io.BytesIO()
    book.save(out)

    cleared = clearing.clear(out.getvalue(), "模板.xlsx")
    assert not cleared.says, "no word of it is taken for a column that is refused"
    ledger = read.read(cleared.data, "模板.xlsx")
    assert ledger.kind == kind
    columns = ledger.sheets[0].columns
    assert [(column.field, column.how) for column in columns] == [(name, "synonym") for name in examples]
    assert (ledger.tally.n_read, ledger.tally.n_asked, ledger.tally.closes) == (1, 0, True)
    assert ledger.faults.is_empty() and not read.unused(ledger.sheets)


@pytest.mark.parametrize("kind", list(dictionary.KINDS))
def test_every_field_that_must_be_there_is_a_column(kind: str) -> None:
    needed = {field.name for field in dictionary.fields(kind) if field.required}
    assert needed <= set(template.EXAMPLES[kind]) and set(template.EXAMPLES) == set(dictionary.KINDS)
