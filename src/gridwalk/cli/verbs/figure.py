"""``gridwalk figure``: a figure of a document got again from the register, as of the day the document was made."""

from __future__ import annotations

import argparse

from gridwalk.cli import environment, output, schema
from gridwalk.cli.failures import CommandError

HELP = "材料里的一个数，从登记里再得出一遍（编号印在材料的附件里，如 17.3）"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="编号", help="材料附件里的编号，如 17.3")


def run(options: argparse.Namespace) -> int:
    """Exit code 1 where it comes out otherwise."""
    with environment.database():
        schema.require_ready()
        return _again(options.id)


def _again(id_: str) -> int:
    from gridwalk.core.queries import NotHere
    from gridwalk.reports import again, papers

    try:
        document, figure = again.figure(id_)
    except NotHere as error:
        raise CommandError(f"没有编号是 {id_} 的数。编号印在材料的附件里，如 17.3。") from error
    source = again.SOURCES[figure.source]
    output.say(f"{figure.id}　{figure.label}：{figure.words}")
    output.say(f"材料：{papers.name_of(document)}，{document.content['as_of']}")
    output.say(f"出处：{source.words}。")
    value = again.again(document, figure)
    if value is None:
        output.say("再得出：不能再得出，以材料里留存的数为准。")
        return 0
    same = value == figure.value
    output.say(f"再得出：{value}，{'相符' if same else '不符'}。")
    for on, closing in again.closings(document, figure):
        output.say(f"{on}收盘：{closing}。")
    return 0 if same else 1
