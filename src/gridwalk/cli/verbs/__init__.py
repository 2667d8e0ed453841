"""The verbs of the command, a file each: HELP, ``arguments(parser)`` and ``run(options) -> exit code``."""
