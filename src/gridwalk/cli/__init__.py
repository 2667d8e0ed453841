"""The ``gridwalk`` command: one file a verb, each with HELP, ``arguments(parser)`` and ``run(options) ->
exit code``.

Journeys: tests/operations/test_commands.py, tests/operations/test_operations.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from gridwalk import __version__
from gridwalk.cli import failures, output, parser
from gridwalk.cli.verbs import (
    areas,
    audit,
    backup,
    bundle,
    check,
    createuser,
    demo,
    doctor,
    https,
    import_ledgers,
    init,
    keyring,
    ledgers,
    migrate,
    passthrough,
    reconcile,
    reset,
    restore,
    retention,
    serve,
    simulate,
    status,
    unlock,
    upgrade,
)

VERBS: dict[str, ModuleType] = {
    "init": init,
    "serve": serve,
    "migrate": migrate,
    "status": status,
    "backup": backup,
    "restore": restore,
    "upgrade": upgrade,
    "keys": keyring,
    "doctor": doctor,
    "audit": audit,
    "retention": retention,
    "https": https,
    "bundle": bundle,
    "createuser": createuser,
    "unlock": unlock,
    "reset": reset,
    "areas": areas,
    "import": import_ledgers,
    "ledgers": ledgers,
    "reconcile": reconcile,
    "check": check,
    "simulate": simulate,
    "demo": demo,
    "django": passthrough,
}


def main(words: Sequence[str] | None = None) -> int:
    """Run one verb; the exit code. Whatever goes wrong is said in a sentence (``failures``)."""
    whole = parser.Parser(prog="gridwalk", description=f"网格走访 {__version__}。数据目录由 GRIDWALK_HOME 指明。")
    verbs = whole.add_subparsers(dest="verb", required=True, metavar="命令", title="命令")
    for name, module in VERBS.items():
        module.arguments(verbs.add_parser(name, help=module.HELP, description=module.HELP))
    options = whole.parse_args(words)
    try:
        code: int = VERBS[options.verb].run(options)
    except KeyboardInterrupt:
        output.complain("停下了。已经做完的都存着。")
        return 130
    except Exception as error:
        output.complain(failures.sentence(error))
        return 1
    return code
