"""The allocation in plain fractions, one person after another: slow, short and beyond doubt."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from assessments.measurement.apportionment import rounded_to_total
from review.rewards.allocation import Method


def plain_lines(requests, budget, method):
    """Start and slope of each person's amount along the way, and the whole amounts that bound it."""
    for request in requests:
        salary, guideline = request.salary, Fraction(request.guideline)
        least = ceil(Fraction(request.floor) * salary)
        most = None if request.cap is None else floor(Fraction(request.cap) * salary)
        if method is Method.PROPORTIONAL:
            yield Fraction(0), guideline * salary, least, most
        else:
            yield guideline * salary, Fraction(salary), least, most


def amount_at(line, way):
    """Amount of a line at a place of the way, within its bounds."""
    start, slope, least, most = line
    free = max(start + slope * way, Fraction(least))
    return free if most is None else min(free, Fraction(most))


def plain_way(lines, budget, end):
    """The last bend that the budget pays for, and on from there in a straight line."""
    bends = {Fraction(0)}
    for start, slope, least, most in lines:
        if slope > 0:
            bends |= {(bound - start) / slope for bound in (least, most) if bound is not None}
    if end is not None:
        bends = {bend for bend in bends if bend < end} | {end}
    place = max((bend for bend in bends if sum(amount_at(line, bend) for line in lines) <= budget), default=min(bends))
    slope = Fraction(0)
    for start, rise, least, most in lines:
        free = start + rise * place
        slope += rise if least <= free and (most is None or free < most) else 0
    if slope == 0 or place == end:
        return place
    return place + (budget - sum(amount_at(line, place) for line in lines)) / slope


def plain_allocation(requests, *, budget, may_exceed_guideline, method):
    """Whole amounts, exact amounts, and the place of the way."""
    lines = list(plain_lines(requests, budget, method))
    end = None if may_exceed_guideline else Fraction(1 if method is Method.PROPORTIONAL else 0)
    way = plain_way(lines, budget, end)
    exact_amounts = [amount_at(line, way) for line in lines]
    cost = min(budget, floor(sum(exact_amounts, Fraction(0))))
    amounts = rounded_to_total(exact_amounts, total=cost, order=[request.key for request in requests])
    return amounts, exact_amounts, way
