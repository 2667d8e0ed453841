"""总结附表: the tables of a summary as a workbook, of the same moment and with the same ids as its document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gridwalk.accounts.rules import ONE_COMMUNITY, ONE_STREET
from gridwalk.core import clock
from gridwalk.indicators.definitions import INDICATORS, MEASURED_APART
from gridwalk.indicators.rules import LEGEND
from gridwalk.indicators.tallies import Figure
from gridwalk.inspection.rates import Rate
from gridwalk.reports import chapters, definitions, numbers, rules, sentences, verified
from gridwalk.reports.figures import NONE, Printed
from gridwalk.reports.models import Document
from gridwalk.reports.overview import Overview, pair, percent
from gridwalk.reports.sheets import Book

VERIFIED = (verified.VISITS, *Rate)
RATES = tuple(indicator for indicator in INDICATORS.values() if indicator.rate)


def write(data: Overview, document: Document) -> bytes:
    """The workbook's bytes (xlsx)."""
    book, printed = Book(data), Printed(document)
    _table(book, data, "各社区", _rate_heads(), _rates(data, printed))
    _table(book, data, "抽查", chapters.SAMPLE_HEADS, chapters.sample_rows(data, printed) if data.sample else [])
    _table(book, data, "整改", chapters.PUT_RIGHT_HEADS, chapters.put_right_rows(data, printed))
    _table(book, data, "前后对比", chapters.BEFORE_HEADS, chapters.before_rows(data, printed))
    _table(book, data, "减轻负担", ("序号", "减轻负担"), _numbered(chapters.burden_words(printed)))
    _table(book, data, "口径", ("序号", "口径和不计入的"), _numbered([*definitions.rates(), *definitions.exclusions()]))
    numbers.sheet(book, document)
    return book.close()


def _table(book: Book, data: Overview, name: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [8, 110] if heads[0] == "序号" else [20] * len(heads)
    sheet = book.sheet(name, widths, heads=(2, 2))
    sheet.title(0, f"{data.place} {data.campaign.name} {name}")
    sheet.note(1, f"{rules.as_of(clock.local(data.at))}。" + (LEGEND if data.withholds else ""))
    sheet.heads(2, heads)
    for row, texts in enumerate(rows, 3):
        for column, text in enumerate(texts):
            sheet.text(row, column, text)
    if not rows:
        sheet.note(3, "暂无数据。")


def _numbered(texts: Sequence[str]) -> list[list[str]]:
    return [[str(number), text] for number, text in enumerate(texts, 1)]


def _rate_heads() -> list[str]:
    """Each rate claimed, and verified where samples verify it; the last two are of the street alone."""
    heads = ["社区"]
    for rate in RATES:
        heads += [f"率{rules.NUMERALS[rate.rate]} {rate.label}（{rate.unit}）", "百分比"]
        heads += ["核实不低于"] if rate.code in VERIFIED else []
    return [*heads, "率三 台账一致率（条）", "率五 知晓率"]


def _rates(data: Overview, printed: Printed) -> list[list[str]]:
    rows = []
    for line in data.communities.lines:
        ledgers = next((c.ledgers for c in data.consistency.communities if c.code == line.code), ())
        compared = "；".join(f"{' ↔ '.join(ledger.sides)} {pair(ledger.figure)}" for ledger in ledgers)
        rows.append([line.name, *_pairs(data, printed, line.code, line.figures), compared or "没比对过", "全街一个数"])
    totals = "；".join(f"{' ↔ '.join(total.sides)} {pair(total.figure)}" for total in data.consistency.totals)
    awareness = sentences.of_sample(data, MEASURED_APART["awareness"])
    total = _pairs(data, printed, data.scope, data.communities.total)
    return [*rows, ["合计", *total, totals or "没比对过", awareness]]


def _pairs(data: Overview, printed: Printed, scope: str, figures: Mapping[str, Figure | None]) -> list[str]:
    """The rates of an area, claimed; behind each that samples verify, what is verified of it."""
    texts = []
    for rate in RATES:
        texts += [pair(figures[rate.code]), percent(figures[rate.code])]
        texts += [_verified(data, printed, scope, rate.code)] if rate.code in VERIFIED else []
    return texts


def _verified(data: Overview, printed: Printed, scope: str, code: str) -> str:
    """核实不低于, of a street or a community; a dash of a rate that the sample did not ask for there."""
    share = printed.number("sample", rate=code, part="verified", scope=scope)
    if share != NONE or len(scope) not in {ONE_STREET, ONE_COMMUNITY}:
        return share
    if data.sample is None:
        return verified.NOT_YET
    return verified.TOO_FEW if verified.bears_out(data.sample, scope, code) else NONE
