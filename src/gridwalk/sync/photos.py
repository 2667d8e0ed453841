"""A JPEG without what it tells of place, time and device: every metadata segment goes, the picture stays as it is."""

from __future__ import annotations

SOI, SOS, EOI = b"\xff\xd8", 0xDA, 0xD9
DROPPED = {*range(0xE1, 0xF0), 0xFE}
"""APP1–APP15 (EXIF, XMP, IPTC, maker notes) and comments; APP0 (JFIF) and APP14 would be colour hints: APP14 is
kept.
"""
KEPT_APP = 0xEE


class NotJpeg(Exception):
    """Bytes that are no JPEG picture."""


def strip(data: bytes) -> bytes:
    """The picture without metadata and without anything behind its end. Raises NotJpeg."""
    if data[:2] != SOI:
        raise NotJpeg
    out, place = bytearray(SOI), 2
    while True:
        if place + 4 > len(data) or data[place] != 0xFF:
            raise NotJpeg
        marker = data[place + 1]
        if marker == 0xFF:  # fill byte
            place += 1
            continue
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        end = place + 2 + length
        if length < 2 or end > len(data):
            raise NotJpeg
        if marker not in DROPPED or marker == KEPT_APP:
            out += data[place:end]
        place = end
        if marker == SOS:
            last = data.rfind(bytes((0xFF, EOI)))
            if last < place:
                raise NotJpeg
            return bytes(out + data[place : last + 2])
