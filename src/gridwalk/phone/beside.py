"""What a pull tells beside the rows: the campaign, notices, matters, doors of a sample, who is in post."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field


class Campaign(BaseModel):
    """The campaign that a grid's phones walk for, and its rules."""

    id: str
    name: str
    starts_on: str
    ends_on: str
    max_visits: int
    quiet: Annotated[list[str], Field(min_length=2, max_length=2)]
    paused: str = Field(description="why nobody is sent to a door for the time being; empty while it goes on")


class Notice(BaseModel):
    """What the worker was told, by account or by post; it holds nothing of a resident."""

    id: str
    text: str
    by: str
    at: str
    read: bool


class MatterAction(BaseModel):
    """What may be done about a matter now, and what has to be written with it."""

    act: str
    label: str
    needs: str


class MatterLine(BaseModel):
    """What was done about a matter; ``id`` is the op's, where a phone said it."""

    id: str
    label: str
    text: str
    at: str


class Matter(BaseModel):
    """A matter that stands in a grid of the worker's. ``place``: the door it is about."""

    id: str
    number: str
    mark: str
    label: str
    title: str
    text: str
    stage: str
    stage_label: str
    due_on: str
    pressed: bool
    place: str | None
    outside: str
    acts: list[MatterAction]
    lines: list[MatterLine]


class SampledDoor(BaseModel):
    """A door that was drawn and is open, in the walk; nothing recorded goes along.

    ``kind``: what the sample is for; ``since``: from when on a visit is asked about; ``n_dialled``: calls of which
    nothing was said yet; ``most_knocks``: of this sample; ``tries``: calls and knocks at most; ``why_not``: why
    nobody may ask there any more, ``is_barred``: somebody else has to.
    """

    id: str
    address: str
    kind: str
    since: str
    from_on: str
    until_on: str
    quiet: Annotated[list[str], Field(min_length=2, max_length=2)]
    n_phones: int
    n_calls: int
    n_dialled: int
    n_knocks: int
    most_knocks: int
    tries: int
    why_not: str
    is_barred: bool


class Post(BaseModel):
    """Who visits the doors of a grid today: its responsible person, another one, or there for the days of whom they
    cover.
    """

    grid: str
    user: str
    name: str
    responsible: bool
    covers: str | None
