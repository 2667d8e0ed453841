"""What the benchmarks lay out works on today's tables and wire, so that a figure can be measured when it is wanted."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings

from benchmarks import phones
from gridwalk.core import clock

HOST = "127.0.0.1:8000"


@pytest.mark.slow
@pytest.mark.django_db
def test_a_phone_of_the_load_pushes_its_visits_and_pulls_its_grid() -> None:
    now = clock.now()
    (phone,) = phones.lay_out(1, 2)
    phones.prepare(phone, 2, 1, host=HOST, at=phones.visited_at(now), sent=now)
    pull = phones.request(phone, "pull", b'{"since":{},"epoch":0}', host=HOST, sent=now)
    with override_settings(ALLOWED_HOSTS=["127.0.0.1"]):
        for raw, n_visits, _ in phone.requests:
            assert _send(raw).count(b'"state":"accepted"') == n_visits
        assert phone.grid.encode() in _send(pull)


def _send(raw: bytes) -> bytes:
    """The answer to a request as it goes over the wire."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split()
    headers = dict(line.split(": ", 1) for line in lines)
    content_type = headers.pop("Content-Type")
    del headers["Content-Length"], headers["Accept-Encoding"]
    answer = Client().generic(method, path, body, content_type=content_type, headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.content
