"""The product's own font where a browser looks for fonts, so that Chinese is drawn on every machine."""

import shutil
from pathlib import Path

from tests.house_rules.sources import ROOT


def font_folder(parent: Path) -> Path:
    """A folder to name in XDG_DATA_HOME."""
    data = parent / "data"
    shutil.copytree(ROOT / "web" / "fonts", data / "fonts", ignore=shutil.ignore_patterns("*.txt"))
    return data
