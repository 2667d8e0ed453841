"""The audit's chains: what is changed, removed, inserted or cut off is found; a seal finds even a chain
written anew.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from gridwalk.core import actions, ids
from gridwalk.core.audit import append, chain, verify
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.audit.verify import Break, SealError
from gridwalk.core.models import AuditChain, AuditEntry
from gridwalk.core.tests.people import SYSTEM, WORKER

GRID, OTHER = "120105001001001", "120105001001002"
LOOSE = "=120105001001"


@pytest.fixture
def lines(db: None, at: dt.datetime) -> None:
    """Three lines in a grid's chain, two in its community's."""
    actions.open_streams([GRID, OTHER])
    for n in range(3):
        with actions.write_to(GRID, actor=WORKER, at=at) as writing:
            writing.audit(
                AuditVerb.VISIT_RECORDED, scope=GRID, subject=ids.new_id(), data={"n": n, "share": 0.5, "big": 1e16}
            )
    for reason in ("上门前电话约时间", "核对"):
        actions.record_reading(
            actor=SYSTEM,
            at=at,
            verb=AuditVerb.NUMBER_REVEALED,
            scope=GRID,
            kind="person",
            subject=ids.new_id(),
            reason=reason,
        )


@pytest.mark.usefixtures("lines")
def test_lines_go_into_their_grids_chain_or_their_communitys_and_hold(at: dt.datetime) -> None:
    with actions.write_to(GRID, OTHER, actor=WORKER, at=at) as writing:
        writing.audit(AuditVerb.VISIT_RECORDED, scope=OTHER)
        writing.audit(AuditVerb.GRIDS_REPLACED, scope="120105001001")
        writing.audit(AuditVerb.AREAS_LOADED)
    ends = dict(AuditChain.objects.values_list("code", "seq"))
    assert ends == {GRID: 5, LOOSE: 2, OTHER: 1}
    verified = verify.verify()
    assert (verified.n_lines, verified.n_chains, verified.breaks) == (8, 3, [])


def _sql(text: str) -> Callable[[], None]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(text)

    return run


def _insert() -> None:
    (model,) = AuditEntry.objects.filter(chain=GRID, seq=2)
    model.id, model.seq = ids.new_id(), 4
    model.save(force_insert=True)


@pytest.mark.usefixtures("lines")
@pytest.mark.parametrize(
    ("tampering", "breaks"),
    [
        (
            _sql(f"UPDATE core_auditentry SET reason = '没有看' WHERE chain = '{LOOSE}' AND seq = 1"),
            [("changed", LOOSE, 1)],
        ),
        (
            _sql(f"UPDATE core_auditentry SET at = at - interval '1 day' WHERE chain = '{GRID}' AND seq = 3"),
            [("changed", GRID, 3)],
        ),
        (
            _sql(f"UPDATE core_auditentry SET data = '{{\"n\": 7}}' WHERE chain = '{GRID}' AND seq = 2"),
            [("changed", GRID, 2)],
        ),
        (
            _sql(f"UPDATE core_auditentry SET hash = 'none' WHERE chain = '{GRID}' AND seq = 2"),
            [("changed", GRID, 2), ("changed", GRID, 3)],
        ),
        (_sql(f"DELETE FROM core_auditentry WHERE chain = '{GRID}' AND seq = 2"), [("removed", GRID, 2)]),
        (_sql(f"DELETE FROM core_auditentry WHERE chain = '{GRID}' AND seq = 1"), [("removed", GRID, 1)]),
        (_sql(f"DELETE FROM core_auditentry WHERE chain = '{GRID}' AND seq = 3"), [("cut", GRID, 3)]),
        (_sql(f"DELETE FROM core_auditentry WHERE chain = '{LOOSE}'"), [("cut", LOOSE, 1)]),
        (_insert, [("changed", GRID, 4), ("inserted", GRID, 4)]),
        (
            _sql(
                "INSERT INTO core_auditentry (id, at, verb, actor_name, scope, kind, data, reason, chain, hash) VALUES "
                "(gen_random_uuid(), now(), 'x.y', '', '', '', '{}', '', '', '')"
            ),
            [("inserted", "", 0)],
        ),
        (_sql(f"DELETE FROM core_auditchain WHERE code = '{GRID}'"), [("inserted", GRID, 3)]),
    ],
)
def test_it_finds_what_was_changed_removed_inserted_or_cut_off(
    tampering: Callable[[], None], breaks: list[tuple[str, str, int]]
) -> None:
    assert not verify.verify().breaks
    tampering()
    assert verify.verify().breaks == [Break(*line) for line in breaks]


@pytest.mark.usefixtures("lines")
@pytest.mark.parametrize("alg", chain.ALGORITHMS)
def test_a_seal_finds_a_chain_that_was_written_anew_and_is_itself_guarded(
    alg: str, at: dt.datetime, tmp_path: Path, settings: Settings
) -> None:
    settings.AUDIT_HASH = alg
    with actions.write_to(GRID, actor=WORKER, at=at) as writing:
        writing.audit(AuditVerb.VISIT_RECORDED, scope=GRID)
    seal = verify.write_seal(tmp_path, at=at)
    later = verify.write_seal(tmp_path, at=at + dt.timedelta(days=1))
    assert f"previous {verify.digest_of(seal)}\n" in later.read_text()
    with actions.write_to(GRID, actor=WORKER, at=at) as writing:
        writing.audit(AuditVerb.VISIT_RECORDED, scope=GRID)
    assert not verify.verify([seal, later]).breaks, "what came after the seals is no break"

    AuditEntry.objects.filter(chain=LOOSE).delete()
    AuditChain.objects.filter(code=LOOSE).delete()
    actions.record_reading(
        actor=SYSTEM,
        at=at,
        verb=AuditVerb.NUMBER_REVEALED,
        scope=GRID,
        kind="person",
        subject=ids.new_id(),
        reason="另一个",
    )
    assert not verify.verify().breaks, "by itself the new chain holds"
    verified = verify.verify(verify.kept_seals(tmp_path))
    assert verified.breaks == [Break("sealed", LOOSE, 2)]
    assert (verified.n_seals, verified.newest, verified.missing) == (2, at + dt.timedelta(days=1), 0)
    assert verify.verify([later, seal]).newest == at + dt.timedelta(days=1), "in whatever order they are read"
    third = verify.write_seal(tmp_path, at=at + dt.timedelta(days=2))
    later.unlink()
    assert verify.verify([seal, third]).missing == 1, "who takes a seal away is found out"

    seal.write_text(seal.read_text().replace(f"{LOOSE} 2", f"{LOOSE} 1"))
    with pytest.raises(SealError, match="被改过"):
        verify.verify([seal])


def _rechained(code: str, write: Callable[[str, AuditEntry], str]) -> None:
    """Write a chain anew as somebody with the database would, its end as well."""
    previous, seq = "", 0
    for entry in AuditEntry.objects.filter(chain=code).order_by("seq"):
        seq += 1
        AuditEntry.objects.filter(pk=entry.pk).update(seq=seq)
        entry.seq = seq
        previous = write(previous, entry)
        AuditEntry.objects.filter(pk=entry.pk).update(hash=previous)
    AuditChain.objects.filter(code=code).update(seq=seq, head=previous)


def _plainly(previous: str, entry: AuditEntry) -> str:
    return f"sha256:{chain.digest(chain._chained(previous, append.line(entry)), alg='SHA256')}"


@pytest.mark.usefixtures("lines")
def test_who_has_the_database_without_the_key_cannot_write_a_chain_anew(at: dt.datetime, tmp_path: Path) -> None:
    seal = verify.write_seal(tmp_path, at=at)
    AuditEntry.objects.filter(chain=LOOSE, seq=1).delete()
    _rechained(LOOSE, _plainly)
    assert verify.verify().breaks == [Break("changed", LOOSE, 1)], "a link without a key is no link"
    _rechained(LOOSE, lambda previous, entry: chain.link(previous, append.line(entry), alg="SHA256", key=b"guessed"))
    assert verify.verify().breaks == [Break("changed", LOOSE, 1)]
    AuditChain.objects.filter(code=LOOSE).update(unkeyed=1)
    _rechained(LOOSE, _plainly)
    assert verify.verify().breaks == [Break("changed", LOOSE, 1)], "nor can it be passed off as an old one"
    AuditChain.objects.filter(code=LOOSE).update(unkeyed=9)
    assert verify.verify().breaks == [Break("changed", LOOSE, 1)]

    AuditEntry.objects.filter(chain=GRID, seq=3).delete()
    head = AuditEntry.objects.get(chain=GRID, seq=2).hash
    AuditChain.objects.filter(code=GRID).update(seq=2, head=head)
    assert Break("sealed", GRID, 3) in verify.verify([seal]).breaks, "a cut with its end moved is found by the seal"
    with actions.write_to(GRID, actor=WORKER, at=at) as writing:
        writing.audit(AuditVerb.VISIT_RECORDED, scope=GRID)
    found_by_seal = Break("sealed", GRID, 3)
    assert found_by_seal not in verify.verify().breaks
    assert found_by_seal in verify.verify([seal]).breaks, "another line in its place has another hash"


@pytest.mark.usefixtures("lines")
def test_lines_that_were_linked_before_links_had_a_key_go_on_holding(at: dt.datetime) -> None:
    _rechained(GRID, _plainly)
    migration = importlib.import_module("gridwalk.core.migrations.0002_keyed_audit")
    migration.vouch(apps, None)
    with actions.write_to(GRID, actor=WORKER, at=at) as writing:
        writing.audit(AuditVerb.VISIT_RECORDED, scope=GRID)
    assert not verify.verify().breaks
    AuditEntry.objects.filter(chain=GRID, seq=2).update(reason="没有看")
    _rechained(GRID, lambda previous, entry: _plainly(previous, entry) if (entry.seq or 0) < 4 else entry.hash)
    assert verify.verify().breaks[0] == Break("changed", GRID, 3), "what vouches for the old lines names their hash"


@pytest.mark.usefixtures("lines")
def test_seals_of_a_time_that_a_restore_gave_up_are_counted_and_not_compared(at: dt.datetime, tmp_path: Path) -> None:
    backed_up = verify.write_seal(tmp_path, at=at)
    with actions.write_to(GRID, actor=WORKER, at=at + dt.timedelta(hours=1)) as writing:
        writing.audit(AuditVerb.VISIT_RECORDED, scope=GRID)
    given_up = verify.write_seal(tmp_path, at=at + dt.timedelta(hours=2))
    AuditEntry.objects.filter(chain=GRID, seq=4).delete()  # the backup of before comes back
    head = AuditEntry.objects.get(chain=GRID, seq=3).hash
    AuditChain.objects.filter(code=GRID).update(seq=3, head=head)
    assert verify.verify([backed_up, given_up]).breaks == [Break("sealed", GRID, 4)]
    with actions.write_to(actor=SYSTEM, at=at + dt.timedelta(hours=3)) as writing:
        writing.audit(AuditVerb.BACKUP_RESTORED)
    verified = verify.verify([backed_up, given_up])
    assert (verified.breaks, verified.given_up) == ([], 1)


def test_the_national_hash_is_the_standards_own_example() -> None:
    assert chain.digest(b"abc", alg="SM3") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    with pytest.raises(ValueError, match="no algorithm"):
        chain.digest(b"abc", alg="MD5")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(-1e18, 1e18)
    | st.text('网格ab"\\ ', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("网ab", max_size=3), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.django_db
@given(data=st.dictionaries(st.text("网ab", max_size=3), JSON, max_size=3))
def test_a_line_has_the_same_hash_before_it_is_stored_and_after(data: dict[str, object]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb::text", [json.dumps(data)])
        back = json.loads(cursor.fetchone()[0])
    assert chain.link("", {"data": data}, alg="SHA256", key=b"k") == chain.link(
        "", {"data": back}, alg="SHA256", key=b"k"
    )
