"""``gridwalk figure``: a figure of a document got again from its source, as of the moment the document was made."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from gridwalk.cli import environment, output, schema
from gridwalk.cli.failures import CommandError

if TYPE_CHECKING:
    from gridwalk.reports.figures import DocumentFigure
    from gridwalk.reports.models import Document

HELP = "材料或报表里的一个数，照它的来源再得出一遍（编号印在附件“数据编号”里，如 17.3）"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="编号", help="材料附件里的编号，如 17.3")


def run(options: argparse.Namespace) -> int:
    """Exit code 1 where it comes out otherwise, or what it came from is gone."""
    with environment.database():
        schema.require_ready()
        return _again(options.id)


def _again(id_: str) -> int:
    from gridwalk.core.queries import NotHere
    from gridwalk.reports import again, figures, papers, shapes

    try:
        document, printed = again.figure(id_)
    except NotHere as error:
        raise CommandError(f"没有编号是 {id_} 的数。编号印在材料的附件里，如 17.3。") from error
    output.say(f"{printed.id}　{printed.label}：{printed.words}")
    output.say(f"材料：{papers.name_of(document)}，{shapes.content_of(document)['as_of']}")
    output.say(f"数据来源：{again.SOURCES[printed.source].words}。")
    try:
        value = again.again(document, printed)
    except figures.Gone:
        output.say("再得出：它的来源已经没有了，得不出来；请以材料里留存的数为准，并查来源为什么没有了。")
        return 1
    if value is None:
        output.say("再得出：不能再得出，以材料里留存的数为准。")
        return 0
    output.say(f"再得出：{value}，{'相符' if value == printed.value else '不符'}。")
    return 0 if _closings_agree(document, printed) and value == printed.value else 1


def _closings_agree(document: Document, printed: DocumentFigure) -> bool:
    """Say the closings; False where they speak against a counted figure."""
    from gridwalk.reports import again

    closings = again.closings(document, printed)
    for on, closing in closings:
        output.say(f"{on}收盘：{closing}。")
    borne_out = again.is_borne_out(printed, closings)
    if borne_out is not None:
        between = "相符" if borne_out else "不符"
        output.say(f"和收盘比：{between}（在两天的收盘数之间，上下容许 1%，至少 {again.LEAST_TOLERANCE}）。")
    return borne_out is not False
