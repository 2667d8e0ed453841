"""A client that reads pages as they are seen."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

INLINE = r"(?:a|b|em|kbd|span)\b"
BETWEEN_WORDS = re.compile(rf"(?<=[^\s>])\s*\n\s*(?=[^\s<]|<{INLINE})|(?:(?<=</[ab]>)|(?<=</span>))\s*\n\s*(?=[^\s<])")
IN_A_TAG = re.compile(r"\s*\n\s*(?=/?>)")
BESIDE_A_TAG = re.compile(r"(?<=>)\s*\n\s*|\s*\n\s*(?=<)")


def unbroken(html: str) -> str:
    """A page without the line breaks of its template: nobody sees them, and no test is to depend on them."""
    return BESIDE_A_TAG.sub("", BETWEEN_WORDS.sub(" ", IN_A_TAG.sub("", html)))


def text_of(html: str) -> str:
    """What a page says. The ids and tokens in its tags hold any three or four digits by chance, so what is not to be
    on a page is looked for here.
    """
    return re.sub(r"<[^>]*>", " ", html)


class Reader(Client):
    """Tests find ``<td>1</td><td>2</td>`` in a page, however the template is laid out."""

    def request(self, **request: Any) -> Any:
        answer = super().request(**request)
        if not answer.streaming and answer.get("Content-Type", "").startswith("text/html"):
            answer.content = unbroken(answer.content.decode()).encode()
        return answer
