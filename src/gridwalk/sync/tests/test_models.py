"""Which phone it is, by what its browser calls itself."""

from __future__ import annotations

import pytest

from gridwalk.sync.rules import model_of

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "model"),
    [
        (f"Mozilla/5.0 (Linux; Android 13; V2200A Build/TP1A.220624.014) {CHROME}", "V2200A"),
        (f"Mozilla/5.0 (Linux; U; Android 12; zh-cn; M2102J2SC Build/SKQ1) {CHROME}", "M2102J2SC"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {CHROME}", "安卓手机"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1", "iPhone"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME}", "Windows 电脑"),
        ("curl/8.0", ""),
    ],
)
def test_a_phone_is_named_by_its_model_never_by_its_user_agent(user_agent: str, model: str) -> None:
    assert model_of(user_agent) == model
