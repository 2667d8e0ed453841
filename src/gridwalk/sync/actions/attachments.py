"""Photos of hazards and requests, uploaded in pieces (tus 1.0 core + creation), named by their hash,
stripped, encrypted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

from gridwalk.core import actions as core
from gridwalk.core import files
from gridwalk.core.audit.verbs import AuditVerb
from gridwalk.core.queries import NotHere
from gridwalk.followup.rules import EVIDENCE_KEPT
from gridwalk.method import jpegs
from gridwalk.sync import messages
from gridwalk.sync.models import Attachment, Device

MOST_BYTES = 200_000
CHECKSUM = 460
"""tus: the bytes are not those of the checksum."""


class UploadRefused(Exception):
    """An upload that is not taken; ``status`` as tus says it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def create(*, device: Device, at: dt.datetime, sha256: str, size: int) -> Attachment:
    """Begin an upload, or find the one begun before. Raises UploadRefused."""
    if not messages.is_sha256(sha256):
        raise UploadRefused(400, "照片没有校验值。")
    if not 0 < size <= MOST_BYTES:
        raise UploadRefused(413, "照片超过 200 kB。")
    with core.write_to(actor=device.user, at=at):
        upload, _ = Attachment.objects.get_or_create(
            device=device, sha256=sha256, defaults={"size": size, "created_at": at}
        )
    return upload


def get(*, device: Device, attachment: uuid.UUID) -> Attachment:
    """One upload of the device. Raises NotHere."""
    upload = Attachment.objects.filter(pk=attachment, device=device).first()
    if upload is None:
        raise NotHere
    return upload


def append(*, device: Device, at: dt.datetime, attachment: uuid.UUID, offset: int, data: bytes) -> Attachment:
    """Take the next piece; the last one is checked against the hash, stripped of metadata and stored encrypted.

    Raises NotHere, UploadRefused.
    """
    try:
        return _append(device, attachment, offset, data, at=at)
    except UploadRefused as refused:
        if refused.status == CHECKSUM:
            _begin_again(device, attachment, at=at)
        raise
    except FileNotFoundError as error:  # pieces are in no backup, and a server killed at the last one has removed them
        _begin_again(device, attachment, at=at)
        raise UploadRefused(409, "照片上传的位置不对。") from error


def _begin_again(device: Device, attachment: uuid.UUID, *, at: dt.datetime) -> None:
    with core.write_to(actor=device.user, at=at):
        Attachment.objects.filter(pk=attachment).update(received=0)


def _append(device: Device, attachment: uuid.UUID, offset: int, data: bytes, *, at: dt.datetime) -> Attachment:
    with core.write_to(actor=device.user, at=at) as writing:
        upload = Attachment.objects.select_for_update().filter(pk=attachment, device=device).first()
        if upload is None:
            raise NotHere
        if offset != upload.received or upload.complete_at:
            raise UploadRefused(409, "照片上传的位置不对。")
        if offset + len(data) > upload.size:
            raise UploadRefused(413, "照片比说好的大。")
        whole = _pieces(upload, data)
        upload.received += len(data)
        if upload.received == upload.size:
            _finish(upload, whole, device=device, at=at)
            writing.audit(
                AuditVerb.PHOTO_RECEIVED,
                scope=device.scope,
                kind="device",
                subject=device.id,
                data={"size": upload.size},
            )
        upload.save()
    return upload


def _pieces(upload: Attachment, data: bytes) -> bytes:
    """What has come so far, the new piece with it.

    Pieces wait sealed in the store, for a photo is never in the clear on disk.
    """
    before = files.read(upload.id)[: upload.received] if upload.received else b""
    whole = before + data
    if upload.received + len(data) < upload.size:
        files.write(upload.id, whole)
    return whole


def _finish(upload: Attachment, whole: bytes, *, device: Device, at: dt.datetime) -> None:
    files.erase(upload.id)
    if hashlib.sha256(whole).hexdigest() != upload.sha256:
        raise UploadRefused(CHECKSUM, "照片传坏了，请重传。")
    try:
        clean = jpegs.strip(whole)
    except jpegs.NotJpeg as error:
        raise UploadRefused(415, "只收 JPEG 照片。") from error
    stored = core.store_file(
        data=clean,
        name=f"{upload.sha256[:12]}.jpg",
        purpose="photo",
        scope=device.scope,
        keep=EVIDENCE_KEPT,
        actor=device.user,
        at=at,
    )
    upload.file, upload.complete_at = stored.id, at
