"""A JPEG without what it tells of place, time and device: every metadata segment goes, the picture stays as it is.

The file is walked to its end (ITU-T T.81 Annex B): segments between scans are judged like those before the first one,
and nothing behind the end of the image is kept.
"""

from __future__ import annotations

import re

SOI, SOS, EOI = b"\xff\xd8", 0xDA, 0xD9
DROPPED = {*range(0xE1, 0xF0), 0xFE}
"""APP1–APP15 (EXIF, XMP, IPTC, maker notes) and comments; APP0 (JFIF) and APP14 would be colour hints: APP14 is
kept.
"""
KEPT_APP = 0xEE
_MARKER = re.compile(rb"\xff+([^\x00\xff])")
_BEHIND_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
"""The marker that ends a scan: in its data 0xFF is followed by 0x00 (a stuffed byte) or is a restart marker."""


class NotJpeg(Exception):
    """Bytes that are no JPEG picture."""


def strip(data: bytes) -> bytes:
    """The picture without metadata and without anything behind its end. Raises NotJpeg."""
    if data[:2] != SOI:
        raise NotJpeg
    out, place, n_scans = bytearray(SOI), 2, 0
    while True:
        segment = _MARKER.match(data, place)
        if not segment:
            raise NotJpeg
        marker, place = segment[1][0], segment.end()
        if marker == EOI:
            if not n_scans:
                raise NotJpeg
            return bytes(out + bytes((0xFF, EOI)))
        end = place + int.from_bytes(data[place : place + 2], "big")
        if end < place + 2 or end > len(data):
            raise NotJpeg
        if marker == SOS:
            n_scans += 1
            behind = _BEHIND_SCAN.search(data, end)
            if not behind:
                raise NotJpeg
            end = behind.start()
        if marker not in DROPPED or marker == KEPT_APP:
            out += bytes((0xFF, marker)) + data[place:end]
        place = end
