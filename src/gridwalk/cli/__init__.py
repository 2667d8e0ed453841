"""The ``gridwalk`` command: one file a verb, each with HELP, ``arguments(parser)`` and ``run(options) ->
exit code``.

Journeys: tests/operations/test_commands.py, tests/operations/test_operations.py.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

from gridwalk import __version__
from gridwalk.cli import failures, output, parser

VERBS: dict[str, str] = {
    "init": "init",
    "serve": "serve",
    "migrate": "migrate",
    "status": "status",
    "backup": "backup",
    "restore": "restore",
    "upgrade": "upgrade",
    "keys": "keyring",
    "doctor": "doctor",
    "audit": "audit",
    "retention": "retention",
    "sample": "sample",
    "https": "https",
    "bundle": "bundle",
    "createuser": "createuser",
    "unlock": "unlock",
    "reset": "reset",
    "areas": "areas",
    "import": "import_ledgers",
    "ledgers": "ledgers",
    "reconcile": "reconcile",
    "check": "check",
    "fill": "fill",
    "figure": "figure",
    "simulate": "simulate",
    "demo": "demo",
    "django": "passthrough",
}
"""Each verb and its file in ``verbs``. Only what is asked for is read in: a ledger is checked without a database."""


def _module(verb: str) -> ModuleType:
    return importlib.import_module(f"gridwalk.cli.verbs.{VERBS[verb]}")


def main(words: Sequence[str] | None = None) -> int:
    """Run one verb; the exit code. Whatever goes wrong is said in a sentence (``failures``)."""
    whole = parser.Parser(prog="gridwalk", description=f"网格走访 {__version__}。数据目录由 GRIDWALK_HOME 指明。")
    verbs = whole.add_subparsers(dest="verb", required=True, metavar="命令", title="命令")
    words = sys.argv[1:] if words is None else words
    for name in words[:1] if words[:1] and words[0] in VERBS else VERBS:
        module = _module(name)
        module.arguments(verbs.add_parser(name, help=module.HELP, description=module.HELP))
    options = whole.parse_args(words)
    try:
        code: int = _module(options.verb).run(options)
    except KeyboardInterrupt:
        output.complain("停下了。已经做完的都存着。")
        return 130
    except Exception as error:
        output.complain(failures.sentence(error))
        return 1
    return code
