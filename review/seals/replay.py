"""A result's numbers once more, in plain arithmetic from its own frozen steps: what a reader could do by hand.

Written apart from the aggregation on purpose: it knows no arrays and no cycle, so that agreement means something.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

MICRO = Decimal("0.000001")


def replayed_numbers(content: Mapping[str, Any]) -> dict[str, Any]:
    """Scores, gaps and points of dimensions, section points, total and grade, from the steps of a sealed result."""
    dimensions = [
        _dimension(entry, step, content["gap_curve"])
        for entry, step in _paired(content["dimensions"], content["steps"]["dimensions"])
    ]
    sections = [_section(entry, dimensions, content["steps"]["key_figures"]) for entry in content["sections"]]
    total = _total(sections)
    return {
        "dimensions": dimensions,
        "sections": sections,
        "total": total,
        "calculated_grade": _grade(total, content["scheme"], has_failed_gate=content["has_failed_gate"]),
    }


def _paired(entries: list[dict[str, Any]], steps: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    by_code = {step["code"]: step for step in steps}
    return [(entry, by_code[entry["code"]]) for entry in entries]


def _dimension(entry: dict[str, Any], step: dict[str, Any], curve: list[list[float]]) -> dict[str, Any]:
    if entry["reason"]:
        return entry
    parts = sum(cell["weight"] * (cell["mean"] - cell["cycle_mean"]) for cell in step["cells"] if cell["is_shown"])
    weights = sum(cell["weight"] for cell in step["cells"] if cell["is_shown"])
    asked = sum(base["weight"] for base in step["groups"])
    base = sum(base["weight"] * base["cycle_mean"] for base in step["groups"]) / asked
    score = parts / weights + base
    gap = score - entry["required"]
    points = _on_curve(gap, curve)
    return entry | {"score": _micro(score), "gap": _micro(gap), "points": _micro(points)}


def _on_curve(x: float, curve: list[list[float]]) -> float:
    """Linear between the points, flat outside."""
    if x <= curve[0][0]:
        return curve[0][1]
    for (left, low), (right, high) in pairwise(curve):
        if x <= right:
            return low + (high - low) * (x - left) / (right - left)
    return curve[-1][1]


def _section(
    section: dict[str, Any], dimensions: list[dict[str, Any]], key_figures: list[dict[str, Any]]
) -> dict[str, Any]:
    if section["hundredths"] is None:
        return section
    parts = dimensions if section["kind"] == "competency" else key_figures
    scored = [part for part in parts if part["weight"] and part["points"] is not None]
    whole = sum(Fraction(part["weight"]) for part in scored)
    mean = sum(Fraction(part["weight"]) * Fraction(str(part["points"])) for part in scored) / whole
    # To a millionth first, because the points of dimensions are kept so.
    return section | {"hundredths": half_up(Fraction(_micro(float(mean))).limit_denominator(1_000_000) * 100)}


def _total(sections: list[dict[str, Any]]) -> int | None:
    weighted = [(Fraction(section["weight"]), section) for section in sections if section["state"] == "scored"]
    if any(section["state"] not in {"scored", "not_applicable"} for section in sections) or not weighted:
        return None
    whole = sum(weight for weight, _ in weighted)
    return half_up(sum(weight * section["hundredths"] for weight, section in weighted) / whole)


def _grade(total: int | None, scheme: Mapping[str, Any], *, has_failed_gate: bool) -> str | None:
    if total is None:
        return None
    bands = [(band[0], band[1]) for band in scheme["bands"]]
    place = next(place for place, (_, cut) in enumerate(bands) if cut is None or total >= cut)
    if has_failed_gate and scheme["gate_cap"]:
        place = max(place, [grade for grade, _ in bands].index(scheme["gate_cap"]))
    return str(bands[place][0])


def half_up(value: Fraction) -> int:
    """A number of hundredths rounded half up, exactly."""
    return int((Decimal(value.numerator) / Decimal(value.denominator)).to_integral_value(ROUND_HALF_UP))


def _micro(value: float) -> float:
    return float(Decimal(value).quantize(MICRO, ROUND_HALF_EVEN))
