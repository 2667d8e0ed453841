"""``gridwalk serve``: the pages, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from gridwalk.cli import children, environment, output, schema, serving, supervision
from gridwalk.cli.failures import CommandError
from gridwalk.cli.keeping import Keeper

HELP = "启动网页服务"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="地址", help="在哪个地址上服务（默认只在本机：127.0.0.1）"
    )
    parser.add_argument("--port", type=int, default=8000, metavar="端口", help="端口（默认 8000）")
    parser.add_argument("--processes", type=int, default=1, metavar="数", help="网页进程数（默认 1）")
    parser.add_argument("--cert", type=Path, metavar="文件", help="HTTPS 证书（PEM）")
    parser.add_argument("--key", type=Path, metavar="文件", help="证书的私钥（PEM，PKCS#8）")


def run(options: argparse.Namespace) -> int:
    """Serve the data directory's street."""
    end_on_signals()
    certificate = _certificate(options)
    with environment.database():
        schema.require_ready()
        with serving.serving(
            host=options.host, port=options.port, processes=options.processes, certificate=certificate
        ) as keeper:
            if certificate:
                children.note_certificate(certificate[0])
            output.say(f"网格走访在这里：{serving.address(options.host, options.port, secure=certificate is not None)}")
            output.say("按 Ctrl-C 停止。")
            supervision.tell("READY=1", "STATUS=在运行")
            wait(keeper)
            supervision.tell("STOPPING=1", "STATUS=正在停，存完再走")
    output.say("已停止，数据都在。")
    return 0


def _certificate(options: argparse.Namespace) -> tuple[Path, Path] | None:
    if bool(options.cert) != bool(options.key):
        raise CommandError("证书和私钥要一起给：--cert 证书.pem --key 私钥.pem。")
    if not options.cert:
        return None
    for path in (options.cert, options.key):
        if not path.is_file():
            raise CommandError(f"没有找到 {path}。")
    return options.cert.absolute(), options.key.absolute()


def end_on_signals() -> None:
    """Make a polite kill and a closed terminal the same as Ctrl-C."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)  # also where a script started us in the background with it ignored
    signal.signal(signal.SIGTERM, stop)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, stop)


def wait(keeper: Keeper) -> None:
    """Until Ctrl-C; what ends by itself meanwhile is started again. Raises CommandError where it keeps ending."""
    try:
        while True:
            time.sleep(0.5)
            keeper.look()
    except KeyboardInterrupt:
        output.say()
