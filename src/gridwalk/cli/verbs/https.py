"""``gridwalk https``: an authority of one's own and a certificate, for trials."""

from __future__ import annotations

import argparse
import datetime as dt
import ipaddress
import re

from gridwalk.cli import environment, output
from gridwalk.cli.failures import CommandError
from gridwalk.config import certificates

HELP = "试用 HTTPS：给这台机器做一个自己的证书"
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*", re.IGNORECASE)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="+", metavar="主机", help="手机和电脑用来打开网页的主机名或 IP，如 192.168.1.10")


def run(options: argparse.Namespace) -> int:
    """Write the certificate into the data directory and say how to use it."""
    for name in options.names:
        if not _is_host(name):
            raise CommandError(f"没有做：“{name}”不是主机名或 IP 地址（不要写 https:// 和端口）。")
    folder = environment.home() / "https"
    new = certificates.make(folder, options.names, at=dt.datetime.now(tz=dt.UTC))
    output.say(f"证书做好了，{certificates.CERTIFICATE_DAYS} 天有效：{folder / certificates.CERTIFICATE}")
    if new:
        output.say(f"每部手机和电脑装一次这个根证书：{folder / certificates.AUTHORITY}。它只能给上面这些主机签证书。")
    else:
        output.say("根证书没有变，手机和电脑不用重装。")
    hosts = ",".join(dict.fromkeys([*options.names, "localhost", "127.0.0.1"]))
    output.say("这样启动：")
    output.say(
        f"GRIDWALK_HOSTS={hosts} gridwalk serve --host 0.0.0.0 --cert {folder / certificates.CERTIFICATE}"
        f" --key {folder / certificates.KEY}"
    )
    output.say("正式使用请换成单位自己的证书。")
    return 0


def _is_host(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return len(name) <= 253 and _HOST.fullmatch(name) is not None and not name.replace(".", "").isdigit()
    return True
