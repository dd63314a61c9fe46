"""A result's numbers once more, in plain arithmetic from its own frozen steps: what a reader could do by hand.

Written apart from the aggregation on purpose: it knows no arrays and no cycle, so that agreement means something. Sums
are formed from left to right, one rounding a step, so that the last digit is the same on every version of Python.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from typing import Any

from review.seals.curves import Curve, figure_points, gap_points

# Half of a 90 % interval in standard errors: the 95th percentile of the normal distribution.
NORMAL_95 = 1.6448536269514722
LEAST_SHARE = Fraction(60, 100)
NAMED = frozenset({"self", "manager", "second_line"})
EVIDENCE = ("not_enough", "manager_assessment", "multi_rater")

Entry = Mapping[str, Any]
Correlation = Mapping[str, Mapping[str, float]]


def replayed_numbers(content: Entry) -> dict[str, Any]:
    """Every number of a sealed result, from shown cells and months to the grade, computed anew from its steps."""
    steps = content["steps"]
    scheme, correlation = content["scheme"], content["correlation"]
    plain = {step["code"]: replayed_dimension(step) for step in steps["dimensions"]}
    scored = [
        _Dimension(entry, plain[entry["code"]], content["gap_curve"])
        for entry in content["dimensions"]
        if not entry["reason"]
    ]
    key_figures = [replayed_line(line, steps) for line in steps["key_figures"]]
    found, shares = {dimension.code: dimension.numbers for dimension in scored}, _shares(scored)
    competency = _competency_points(shares, content["dimensions"], correlation)
    points = {"competency": competency, "kpi": (*_figure_points(key_figures), 0.0)}
    sections = _sections(content["sections"], points)
    total, reason = _total(sections)
    has_failed_gate = any(line["is_gate_passed"] is False for line in key_figures)
    return {
        **_overall(shares, content["dimensions"], correlation),
        "dimensions": [{**entry, **found.get(entry["code"], {})} for entry in content["dimensions"]],
        "sections": sections,
        "steps": {**steps, "dimensions": _with_share(steps["dimensions"], plain, shares), "key_figures": key_figures},
        "total": total,
        "total_error": None if total is None else micro(_total_error(sections)),
        "reason": reason,
        "has_failed_gate": has_failed_gate,
        "calculated_grade": grade_of(total, scheme, has_failed_gate=has_failed_gate),
    }


def replayed_dimension(step: Entry) -> dict[str, Any]:
    """A dimension's steps with the parts of its cells, the weight that is shown and the mean of the cycle computed."""
    cells = [
        {**cell, "part": cell["weight"] * (cell["mean"] - cell["cycle_mean"]) if cell["is_shown"] else 0.0}
        for cell in step["cells"]
    ]
    shown = added(cell["weight"] for cell in cells if cell["is_shown"])
    # Groups that are in no shown cell of the cycle have no mean and take no part.
    counted = [base for base in step["groups"] if base["source"] != "none"]
    asked = added(base["weight"] for base in counted)
    weighted = added(base["weight"] * base["cycle_mean"] for base in counted)
    return {**step, "cells": cells, "shown_weight": shown, "base": weighted / asked if asked else 0.0}


class _Dimension:
    """A dimension with a score: the exact numbers, of which the result keeps the rounded ones."""

    def __init__(self, entry: Entry, step: Entry, curve: Curve) -> None:
        shown = [cell for cell in step["cells"] if cell["is_shown"]]
        weights = step["shown_weight"]
        self.code, self.weight, self.shown, self.weights = step["code"], entry["weight"], shown, weights
        self.score = added(cell["part"] for cell in shown) / weights + step["base"]
        self.standard_error = (
            sqrt(added(cell["weight"] * cell["weight"] * cell["variance"] / cell["raters"] for cell in shown)) / weights
        )
        self.gap = self.score - entry["required"]
        self.points = gap_points(self.gap, curve)
        rise = gap_points(self.gap + self.standard_error, curve) - gap_points(self.gap - self.standard_error, curve)
        self.slope = rise / (2 * self.standard_error) if self.standard_error > 0 else 0.0
        has_others = any(cell["weight"] > 0 and not set(cell["groups"]) & NAMED for cell in shown)
        self.evidence = EVIDENCE[2 if has_others else 1]

    @property
    def numbers(self) -> dict[str, Any]:
        """What the result keeps."""
        reach = NORMAL_95 * self.standard_error
        return {
            "evidence": self.evidence,
            "score": micro(self.score),
            "standard_error": micro(self.standard_error),
            "low": micro(self.score - reach),
            "high": micro(self.score + reach),
            "gap": micro(self.gap),
            "points": micro(self.points),
        }


Shares = list[tuple[_Dimension, float]]


def _shares(scored: Sequence[_Dimension]) -> Shares:
    """The share of each scored dimension in its section."""
    whole = added(dimension.weight for dimension in scored)
    return [(dimension, dimension.weight / whole if whole else 0.0) for dimension in scored]


def _with_share(steps: Sequence[Entry], plain: Mapping[str, Entry], shares: Shares) -> list[dict[str, Any]]:
    found = {dimension.code: share for dimension, share in shares}
    return [{**plain[step["code"]], "share": found.get(step["code"], 0.0)} for step in steps]


def has_enough_weight(entries: Sequence[Entry]) -> bool:
    """Whether dimensions with a score carry at least 60 % of the weight of the profile."""
    scored = sum(Fraction(entry["weight"]) for entry in entries if not entry["reason"])
    return scored > 0 and scored >= LEAST_SHARE * sum(Fraction(entry["weight"]) for entry in entries)


def _overall(shares: Shares, entries: Sequence[Entry], correlation: Correlation) -> dict[str, Any]:
    if not has_enough_weight(entries):
        return {"evidence": EVIDENCE[0], "overall": None, "overall_error": None}
    best = max(EVIDENCE.index(dimension.evidence) for dimension, share in shares if share > 0)
    variance = _variance(shares, correlation, {dimension.code: 1.0 for dimension, _ in shares})
    return {
        "evidence": EVIDENCE[best],
        "overall": micro(added(share * dimension.score for dimension, share in shares)),
        "overall_error": micro(sqrt(variance)),
    }


def _variance(shares: Shares, correlation: Correlation, slopes: Mapping[str, float]) -> float:
    """Error variance of a weighted mean over dimensions: the raters of a cell are shared by its dimensions."""
    cells: dict[tuple[str, ...], list[tuple[str, float, int]]] = {}
    for dimension, share in shares:
        for cell in dimension.shown:
            part = share * slopes[dimension.code] * cell["weight"] / dimension.weights * sqrt(cell["variance"])
            cells.setdefault(tuple(cell["groups"]), []).append((dimension.code, part, cell["raters"]))
    return added(
        first * second * correlation[code][other] / max(raters, others)
        for parts in cells.values()
        for code, first, raters in parts
        for other, second, others in parts
    )


def _competency_points(
    shares: Shares, entries: Sequence[Entry], correlation: Correlation
) -> tuple[int | None, str, float]:
    if not has_enough_weight(entries):
        return None, "missing", 0.0
    mean = added(share * dimension.points for dimension, share in shares)
    variance = _variance(shares, correlation, {dimension.code: dimension.slope for dimension, _ in shares})
    # To a millionth first, which takes away what binary fractions lose.
    return half_up(Fraction(round(mean * 1_000_000), 10_000)), "scored", micro(sqrt(variance))


def _figure_points(key_figures: Sequence[Entry]) -> tuple[int | None, str]:
    counted = [line for line in key_figures if line["weight"]]
    if any(line["status"] == "not_delivered" for line in counted):
        return None, "not_delivered"
    scored = [line for line in counted if line["points"] is not None]
    if any(line["points"] is None and line["status"] != "not_applicable" for line in counted) or not scored:
        return None, "missing"
    remaining = sum(line["weight"] for line in scored)
    if Fraction(remaining, sum(line["weight"] for line in counted)) < LEAST_SHARE:
        return None, "missing"
    mean = sum(Fraction(line["weight"], remaining) * Fraction(repr(line["points"])) for line in scored)
    return half_up(Fraction(mean) * 100), "scored"


def replayed_line(line: Entry, steps: Entry) -> dict[str, Any]:
    """A key figure from its months: the figure of the period, its points, whether a gate was passed."""
    actual, numerator, denominator = _joined(line)
    points = None
    if actual is not None and line["weight"] and line["status"] == "normal":
        curve = [(float(figure), float(height)) for figure, height in line["curve"]]
        points = micro(figure_points(float(actual), curve, continues_line=steps["continues_line"]))
    target = None if line["target"] is None else Decimal(line["target"])
    passed = line["is_gate_passed"]
    if line["is_gate"] and actual is not None and target is not None:
        passed = actual <= target if line["is_lower_better"] else actual >= target
    has_share = target is not None and target > 0 and not line["is_lower_better"]
    return {
        **line,
        "actual": _text(actual),
        "numerator": _text(numerator),
        "denominator": _text(denominator),
        "points": points,
        "is_gate_passed": passed,
        "attainment": str(actual / target) if has_share and actual is not None and target is not None else None,
    }


def _joined(line: Entry) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """The figure of the period; distinct members are counted over all months at once, so they stay as they were."""
    months = [month for month in line["months"] if month["value"] is not None]
    if line["joining"] == "distinct_count":
        return None if line["actual"] is None else Decimal(line["actual"]), None, None
    if line["joining"] == "ratio_of_sums":
        months = [month for month in months if month["denominator"]]
    if not months:
        return None, None, None
    if line["joining"] == "last":
        return Decimal(months[-1]["value"]), None, None
    above = sum((Decimal(month["value"]) for month in months), Decimal(0))
    if line["joining"] == "sum":
        return above, None, None
    below = sum((Decimal(month["denominator"]) for month in months), Decimal(0))
    return (above / below if below else None), above, below


def _sections(entries: Sequence[Entry], points: Mapping[str, tuple[int | None, str, float]]) -> list[dict[str, Any]]:
    """The sections with their points, states and errors, and the share of each in the total."""
    scored = sum(entry["weight"] for entry in entries if points[entry["kind"]][1] == "scored")
    sections = []
    for entry in entries:
        hundredths, state, error = points[entry["kind"]]
        share = micro(entry["weight"] / scored) if state == "scored" else 0.0
        sections.append({**entry, "hundredths": hundredths, "state": state, "share": share, "standard_error": error})
    return sections


def _total(sections: Sequence[Entry]) -> tuple[int | None, str]:
    """Hundredths of the total, or None with the reason."""
    states = [section["state"] for section in sections]
    scored = [section for section in sections if section["state"] == "scored"]
    if "not_delivered" in states:
        return None, "not_delivered"
    if any(state not in {"scored", "not_applicable"} for state in states):
        return None, "part_missing"
    whole = sum(section["weight"] for section in scored)
    if Fraction(whole, sum(section["weight"] for section in sections)) < LEAST_SHARE:
        return None, "too_little_weight"
    return half_up(Fraction(sum(section["weight"] * section["hundredths"] for section in scored), whole)), ""


def _total_error(sections: Sequence[Entry]) -> float:
    scored = [section for section in sections if section["state"] == "scored"]
    whole = sum(section["weight"] for section in scored)
    return sqrt(added(float(Fraction(one["weight"], whole)) ** 2 * one["standard_error"] ** 2 for one in scored))


def grade_of(hundredths: int | None, scheme: Entry, *, has_failed_gate: bool) -> str | None:
    """The grade of the shown total, capped where a gate was not passed."""
    if hundredths is None:
        return None
    bands = [(band[0], band[1]) for band in scheme["bands"]]
    place = next(place for place, (_, cut) in enumerate(bands) if cut is None or hundredths >= cut)
    if has_failed_gate and scheme["gate_cap"]:
        place = max(place, [grade for grade, _ in bands].index(scheme["gate_cap"]))
    return str(bands[place][0])


def half_up(value: Fraction) -> int:
    """A number of hundredths rounded half up, exactly."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def micro(value: float) -> float:
    """The number to a millionth, halves to even, and never a negative zero."""
    return round(value * 1_000_000) / 1_000_000 + 0.0


def added(numbers: Iterable[float]) -> float:
    """The sum from left to right: sum() of newer versions of Python rounds another way."""
    result = 0.0
    for number in numbers:
        result += number
    return result


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
