"""What the build of the browser's part takes for granted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import hatch_build


def test_a_package_whose_folder_is_gone_is_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = {
        "": {},
        "node_modules/vue": {"version": "3.5.1"},
        "node_modules/fs": {"version": "1.0.0", "optional": True},
    }
    lock, note = tmp_path / "package-lock.json", tmp_path / "node_modules" / ".package-lock.json"
    (tmp_path / "node_modules" / "vue").mkdir(parents=True)
    for path in (lock, note):
        path.write_text(json.dumps({"packages": packages}))
    monkeypatch.setattr(hatch_build, "WEB", tmp_path)
    assert hatch_build.has_packages(lock)
    shutil.rmtree(tmp_path / "node_modules" / "vue")
    assert not hatch_build.has_packages(lock)
