"""``demo --check``, the objects of the later rooms: meetings with their papers, samples, matters; summaries, and lists
as they leave.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from gridwalk.cli import demo_masks
from gridwalk.cli.demo_masks import Smallest
from gridwalk.simulate.oracle import fitting
from gridwalk.simulate.oracle.fitting import Clues

REFUSED, OPENED, ABSENT = 403, 200, 404


def pages(viewer: Any) -> Iterator[tuple[str, str, int]]:
    """(name, address, the status it has for the viewer) of the last object of each kind."""
    from django.urls import reverse

    from gridwalk.console.permissions import PAGES, opens

    for n, (name, more, pk, get) in enumerate(_objects(), 1):
        status = OPENED if _is_read(get, viewer, pk) else ABSENT
        guarded = opens(PAGES[f"console:{name}"], viewer)
        yield (
            " ".join([name, *more, str(n)]),
            reverse(f"console:{name}", args=[pk, *more]),
            status if guarded else REFUSED,
        )


def _is_read(get: Callable[[Any, uuid.UUID], object], viewer: Any, pk: uuid.UUID) -> bool:
    from gridwalk.core.queries import NotHere

    try:
        get(viewer, pk)
    except NotHere:
        return False
    return True


def _objects() -> Iterator[tuple[str, tuple[str, ...], uuid.UUID, Callable[[Any, uuid.UUID], object]]]:
    """Page, the rest of its address, object, the query that says who reads it."""
    from gridwalk.followup.models import Matter
    from gridwalk.followup.queries import matters, meetings
    from gridwalk.inspection.models import Sample
    from gridwalk.inspection.queries import samples
    from gridwalk.inspection.rules import Kind
    from gridwalk.reports.models import Document

    for document in Document.objects.select_related("meeting").exclude(meeting=None).order_by("-serial")[:4]:
        if document.meeting is not None:
            yield "meeting", (), document.meeting.pk, meetings.get_meeting
            yield "meeting_paper", (document.kind,), document.meeting.pk, meetings.get_meeting
    for kind in Kind:
        for sample in Sample.objects.filter(kind=kind).order_by("-planned_at", "-number")[:1]:
            yield "sample", (), sample.pk, samples.get_sample
    for source in ("phone", "sample", "office"):
        for matter in Matter.objects.filter(source=source).order_by("-year", "-number")[:1]:
            yield "matter", (), matter.pk, matters.get_matter


def papers() -> Iterator[bytes]:
    """The packs and minutes of meetings, as they are printed."""
    from gridwalk.reports.models import Document
    from gridwalk.reports.papers import WRITERS

    for document in Document.objects.filter(meeting__isnull=False):
        yield WRITERS[document.kind](document)


def make_summaries(members: Any) -> None:
    """The summary with its annex, as each of them who takes reports away makes it."""
    from gridwalk.accounts.rules import Verb
    from gridwalk.campaigns.models import Campaign
    from gridwalk.core import clock
    from gridwalk.reports import actions

    campaign = Campaign.objects.order_by("starts_on").last()
    for member in members:
        if campaign is not None and member.viewer.may_anywhere(Verb.EXPORT_REPORT):
            actions.make_report(actor=member.viewer, at=clock.now(), kind="summary", campaign_id=campaign.pk)


def listed(*, full: bool) -> Smallest:
    """What a list of people says once it leaves as a file or on paper, with every column it may have."""
    from gridwalk.accounts.rules import Held, Role, Viewer
    from gridwalk.core import clock
    from gridwalk.dictionary import fields as dictionary
    from gridwalk.dictionary.sight import Place
    from gridwalk.lists import queries, rules
    from gridwalk.lists.rules import View
    from gridwalk.registry.queries.lists import PERSONS

    viewer = Viewer(None, "", (Held(Role.COMMUNITY_LEAD if full else Role.STREET_CENTRE, ""),))
    reader = viewer.reader("", Place.FILE)
    names = tuple(field.name for field in PERSONS.fields if rules.is_column(field, reader))
    view = queries.usable(PERSONS, View(columns=names, sort="grid"), reader)
    today = clock.local_date(clock.now())
    asking = queries.Asking(listing=PERSONS, viewer=viewer, reader=reader, scope="", view=view, today=today)
    sexes = {words[0]: code for code, words in dictionary.get("person", "sex").choices.items()}
    smallest = Smallest(demo_masks.LEAST_ID_NOS if full else demo_masks.LEAST_MASKED)
    for row in queries.everything(asking, most=demo_masks.MOST_LISTED):
        shown = dict(zip(view.columns, row.cells, strict=True))
        smallest.take(
            Clues(
                born=shown.get("born_on", ""),
                until=today,
                sex=sexes.get(shown.get("sex", ""), ""),
                id_nos=fitting.starred(shown.get("id_no", "")),
                phones=fitting.starred(shown.get("phone", "")),
            )
        )
    return smallest
