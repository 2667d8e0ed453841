"""What a supervisor (systemd, Type=notify) is told: that the pages can be opened, that the server is on
its way down.
"""

from __future__ import annotations

import contextlib
import os
import socket


def tell(*words: str) -> None:
    """Send ``READY=1`` and the like to whoever started us, where somebody asked for it (sd_notify(3)); else nothing."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.sendto("\n".join(words).encode(), "\0" + address[1:] if address.startswith("@") else address)
