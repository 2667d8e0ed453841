"""附件 数据编号: every figure of a document with its id, on paper and in a workbook, so that it can be got again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gridwalk.reports import layout
from gridwalk.reports.again import SOURCES
from gridwalk.reports.figures import figures_of
from gridwalk.reports.models import Document
from gridwalk.reports.sheets import Book

TITLE = "数据编号"
HEADS = ("编号", "是什么", "数", "数据来源")
HOW = "每个数有一个编号，管理员用 gridwalk figure 编号 可以照它的来源再得出一遍。"


def annexed(paper: Any, document: Document, *, number: str = "") -> None:
    """The figures at the end of a document; ``number``: where it has several annexes."""
    layout.annex(paper, TITLE, number=number)
    layout.text(paper, HOW)
    layout.table(paper, HEADS, list(_rows(document)), (1.7, 5.4, 3.3, 5.2))


def sheet(book: Book, document: Document) -> None:
    """The figures as the last sheet of a workbook."""
    page = book.sheet(TITLE, [10, 44, 20, 60], heads=(2, 2))
    page.title(0, TITLE)
    page.note(1, HOW)
    page.heads(2, HEADS)
    for row, texts in enumerate(_rows(document), 3):
        for column, text in enumerate(texts):
            page.text(row, column, text)


def _rows(document: Document) -> Iterator[list[str]]:
    for printed in figures_of(document):
        yield [printed.id, printed.label, printed.words, SOURCES[printed.source].words]
