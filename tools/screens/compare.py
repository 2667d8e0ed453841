"""Two albums side by side, pixel by pixel, in the browser's own canvas; equal files are not even opened."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page

COMPARE = """async ([before, after]) => {
    const images = await Promise.all([before, after].map(async (data) =>
        createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob())));
    const width = Math.max(...images.map((one) => one.width)), height = Math.max(...images.map((one) => one.height));
    const pixels = images.map((one) => {
        const pen = new OffscreenCanvas(width, height).getContext('2d', {willReadFrequently: true});
        pen.drawImage(one, 0, 0);
        return pen.getImageData(0, 0, width, height);
    });
    const near = (x, y) => [0, 8, 16, 24].every((by) => Math.abs((x >>> by & 255) - (y >>> by & 255)) <= 1);
    const [a, b] = pixels.map((one) => new Uint32Array(one.data.buffer));
    let differing = 0;
    for (let n = 0; n < a.length; n++) {
        if (a[n] !== b[n] && !near(a[n], b[n])) { differing++; b[n] = 0xff0000ff; }
        else b[n] = (b[n] & 0x00ffffff) | 0x40000000;
    }
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d').putImageData(pixels[1], 0, 0);
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    let text = '';
    for (let n = 0; n < bytes.length; n += 32768) text += String.fromCharCode(...bytes.subarray(n, n + 32768));
    return [differing, a.length, btoa(text)];
}"""
"""How many pixels differ, of how many, and the later picture faint with what differs in red.

One step of 255 in a colour is no difference: the browser draws the same round corner one step lighter or darker on
another run.
"""


@dataclasses.dataclass(frozen=True)
class Difference:
    """A page that is not as it was. ``what``: the other answers, where there are no two pictures to compare."""

    page: str
    role: str
    size: str
    pixels: int
    of: int
    what: str = ""

    def line(self, reason: str | None) -> str:
        """The row of the table."""
        numbers = self.what or f"{self.pixels} · {self.pixels / self.of:.3%}"
        return f"{self.page} · {self.role} · {self.size or '-'} · {numbers} · {reason or 'NO REASON'}"


def differences(opened: Browser, before: Path, after: Path, out: Path) -> Iterator[Difference]:
    """Every page that is not the same in both albums; pictures of what differs go to ``out``."""
    albums = [json.loads((folder / "album.json").read_text(encoding="utf-8")) for folder in (before, after)]
    canvas = opened.new_page()
    for key in sorted({*albums[0], *albums[1]}):
        page, role, size = key.split(" · ")
        old, new = (album.get(key, "not there") for album in albums)
        if not (old.endswith(".png") and new.endswith(".png")):
            if old != new:
                answers = ("a page" if answer.endswith(".png") else answer for answer in (old, new))
                yield Difference(page, role, size, 0, 0, " → ".join(answers))
            continue
        pictures = [(before / old).read_bytes(), (after / new).read_bytes()]
        if pictures[0] != pictures[1]:
            pixels, of = _compare(canvas, pictures, out / new)
            if pixels:
                yield Difference(page, role, size, pixels, of)
    canvas.close()


def _compare(canvas: Page, pictures: list[bytes], out: Path) -> tuple[int, int]:
    pixels, of, picture = canvas.evaluate(COMPARE, [base64.b64encode(one).decode() for one in pictures])
    if pixels:
        out.write_bytes(base64.b64decode(picture))
    return pixels, of
