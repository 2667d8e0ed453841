"""argparse in Chinese."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from gridwalk.cli import output

_TRANSLATED = [
    (re.compile(r"the following arguments are required: (.+)"), r"还要写：\1"),
    (re.compile(r"argument (\S+): invalid choice: '?(.*?)'? \(choose from (.+)\)"), r"\1 没有“\2”，可以是：\3"),
    (re.compile(r"argument (\S+): invalid \S+ value: '?(.*?)'?$"), r"\1 不能是“\2”"),
    (re.compile(r"argument (\S+): expected one argument"), r"\1 后面要写一个值"),
    (re.compile(r"unrecognized arguments: (.+)"), r"不认识：\1"),
]


class _Help(argparse.HelpFormatter):
    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose help and complaints are in Chinese."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(add_help=False, formatter_class=_Help, **kwargs)
        self._positionals.title = "命令和参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示这页说明")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line and where the help is; exit code 2."""
        for pattern, words in _TRANSLATED:
            message, n = pattern.subn(words, message)
            if n:
                break
        output.complain(f"没有做：{message}。用法见 {self.prog} --help。")
        raise SystemExit(2)
