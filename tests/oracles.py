"""Reads the oracles: published and constructed numbers that formulas must give, each naming its source."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data" / "oracles"


def oracle(name: str) -> dict[str, Any]:
    """One oracle with its data, expected numbers, tolerance and source."""
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return content
