"""Pushes: of one phone, or of all that wait at the same moment, whose work is done at once and answered one by one."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest

from gridwalk.core import clock
from gridwalk.phone import wire
from gridwalk.phone.wire import Problem, Session
from gridwalk.sync import rules
from gridwalk.sync.actions import copies, epochs, pushing, runs
from gridwalk.sync.actions.runs import Pushed, Run
from gridwalk.sync.queries import devices
from gridwalk.sync.rules import Intention

ANSWER = "gridwalk.pushed"
"""Where in the environment of a request its answer stands, if its work was done together with others'."""

MOST_BYTES = 64 << 10
"""A longer push is answered by itself: it brings so much that it gains nothing by the company of others, and what waits
with it would wait for long.
"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Sent:
    """A push as it was read."""

    session: Session
    epoch: int
    first: int
    intentions: list[Intention]
    oldest: int | None


def answer(request: HttpRequest) -> Mapping[str, Any]:
    """What a phone is told of its push. Raises Problem."""
    given = request.META.get(ANSWER)
    if given is None:
        session = wire.signed(request)
        return _alone(_read(session, session.epoch or epochs.current(at=session.at)))
    if isinstance(given, Problem):
        raise given
    content: Mapping[str, Any] = given
    return content


def together(environs: Sequence[dict[str, Any]]) -> list[dict[str, Any] | None]:
    """What phones are told that push at the same moment, each for the environment of its request; None: nothing of that
    push was done, it is to be answered by itself.
    """
    at = clock.now()
    answers: dict[int, Mapping[str, Any] | Problem] = {}
    claims: dict[int, tuple[WSGIRequest, wire.Claim]] = {}
    for n, environ in enumerate(environs):
        request = WSGIRequest(environ)
        try:
            claims[n] = request, wire.claim_of(request)
        except Problem as problem:
            answers[n] = problem
    bound = devices.bound({claim.device for _, claim in claims.values()}, clock.local_date(at))
    sent: dict[Run, tuple[int, _Sent]] = {}
    for n, (request, claim) in claims.items():
        try:
            session = wire.session_of(request, claim, bound.get(claim.device), at)
            if session.epoch is not None and len(session.body) <= MOST_BYTES:
                push = _read(session, session.epoch)
                sent[_run(push)] = (n, push)
        except Problem as problem:
            answers[n] = problem
    for run, pushed in pushing.push_together(list(sent), at=at).items():
        n, push = sent[run]
        answers[n] = _told(push, pushed)
    return [{ANSWER: answers[n]} if n in answers else None for n in range(len(environs))]


def _read(session: Session, epoch: int) -> _Sent:
    try:
        first, ops, oldest = rules.read_push(wire.json_of(session.body), device=session.device.pk)
    except rules.Malformed as error:
        raise Problem(400, "malformed", text=str(error), epoch=epoch) from error
    return _Sent(session=session, epoch=epoch, first=first, intentions=ops, oldest=oldest)


def _run(sent: _Sent) -> Run:
    session = sent.session
    return Run(
        device=session.device,
        viewer=session.viewer,
        intentions=sent.intentions,
        behind=session.behind,
        hole=sent.oldest == sent.first,
    )


def _alone(sent: _Sent) -> dict[str, Any]:
    session, epoch = sent.session, sent.epoch
    try:
        pushed = pushing.push(
            device=session.device,
            viewer=session.viewer,
            at=session.at,
            behind=session.behind,
            first=sent.first,
            intentions=sent.intentions,
            oldest=sent.oldest,
        )
    except runs.Gap as gap:
        raise Problem(409, "gap", next_seq=gap.next_seq, epoch=epoch) from gap
    except pushing.Cloned as cloned:
        issued = cloned.issued
        raise Problem(
            409,
            "cloned",
            device=str(issued.device.id),
            deposit_token=issued.deposit_token,
            next_seq=1,
            epoch=epoch,
        ) from cloned
    except copies.TooManyCopies as error:
        raise Problem(409, "copies", text=str(error), epoch=epoch) from error
    except runs.Revoked as error:
        raise wire.revoked() from error
    return _told(sent, pushed)


def _told(sent: _Sent, pushed: Pushed) -> dict[str, Any]:
    return {
        "epoch": sent.epoch,
        "next_seq": pushed.next_seq,
        "results": [_result(r, op.raw.get("op")) for r, op in zip(pushed.results, sent.intentions, strict=True)],
        "lease_until": (sent.session.at + rules.LEASE).isoformat(),
    }


def _result(result: runs.Result, name: Any) -> dict[str, Any]:
    own = name if isinstance(name, str) else str(result.op)  # as the phone spells it
    answer: dict[str, Any] = {"op": own, "seq": result.seq, "state": result.state}
    if result.reason:
        answer |= {"reason": result.reason, "text": result.text}
    if result.differences:
        answer["differences"] = list(result.differences)
    return answer
