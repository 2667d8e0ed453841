"""What is written in the place of the name of a child that has none yet: 新生儿, 张三之子, 无名."""

from __future__ import annotations

import re

UNNAMED = (
    r"之[子女男儿]$"
    r"|^(?:[男女]?(?:新生儿|新生婴儿|婴儿|宝宝)|小?[男女]婴$|无名氏?$|(?:未|尚未|还没|没|待)有?[取起命定]?名字?$)"
)
"""Such a name; it says nothing about the name the child got."""
_UNNAMED = re.compile(UNNAMED)
YEARS = 6
"""So old at most is a child that is looked for among those without a name."""


def is_unnamed(name: str) -> bool:
    """Whether this stands where a name is still to be: 某某之子, 男婴, 未取名."""
    return bool(_UNNAMED.search(name))
