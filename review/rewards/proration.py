"""Shares of a period by days: who joined late, left early, worked part time or was on leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.apportionment import Weight, exact
from review.rewards.errors import ProrationError
from review.rewards.exact_arrays import ExactArray


@dataclass(frozen=True)
class Stint:
    """Days from `starts_on` to `ends_on`, both counted, open without an end, and the share of full time (1 is all)."""

    starts_on: date
    ends_on: date | None = None
    share: Weight = 1


def days_of(starts_on: date, ends_on: date) -> int:
    """Number of days from one day to another, both counted; raises ProrationError when they are reversed.

    >>> days_of(date(2028, 2, 1), date(2028, 2, 29))
    29
    """
    if ends_on < starts_on:
        raise ProrationError(starts_on=starts_on.isoformat(), ends_on=ends_on.isoformat())
    return (ends_on - starts_on).days + 1


def prorated_share(
    starts_on: date, ends_on: date, *, stints: Sequence[Stint], leaves: Sequence[Stint] = ()
) -> Fraction:
    """Share of a period that someone was here: days of work over the days of the period, exact.

    `sum over days of (share of the stint on that day) x (1 - share of the leave) / days`. What lies outside the period
    does not count. Stints must not overlap one another, leaves neither (ProrationError): a day counts once. A leave's
    `share` is how much of the day it takes; one outside every stint changes nothing.

    >>> prorated_share(date(2026, 1, 1), date(2026, 12, 31), stints=[Stint(date(2026, 10, 1))])
    Fraction(92, 365)
    """
    days = days_of(starts_on, ends_on)
    work, away = (_parts(entries, starts_on, ends_on) for entries in (stints, leaves))
    worked = Fraction(0)
    for first, last, share in work:
        worked += share * (last - first)
        for begins, ends, taken in away:
            worked -= share * taken * max(min(last, ends) - max(first, begins), 0)
    return worked / days


def _parts(entries: Sequence[Stint], starts_on: date, ends_on: date) -> list[tuple[int, int, Fraction]]:
    """First day, day after the last, and share of each entry within the period, in their order; checked."""
    for entry in entries:
        if not 0 <= exact(entry.share) <= 1:
            raise ProrationError(share=str(entry.share))
        days_of(entry.starts_on, entry.ends_on or date.max)
    ordered = sorted(entries, key=lambda entry: entry.starts_on)
    for before, after in pairwise(ordered):
        if before.ends_on is None or after.starts_on <= before.ends_on:
            raise ProrationError(overlap=after.starts_on.isoformat())
    clipped = [
        (max(entry.starts_on, starts_on), min(entry.ends_on or date.max, ends_on), exact(entry.share))
        for entry in ordered
    ]
    return [(first.toordinal(), last.toordinal() + 1, share) for first, last, share in clipped if first <= last]


def prorated_shares(
    starts_on: date,
    ends_on: date,
    *,
    first_days: NDArray[np.datetime64],
    last_days: NDArray[np.datetime64],
    away: NDArray[np.integer] | None = None,
) -> ExactArray:
    """Share of a period of a whole company (people,) with one stint each, all from first to last day, both counted.

    `last_days` may be NaT for those who are still here; `away`: days of leave within the stint and the period. The same
    as `prorated_share` one by one. Raises ProrationError for reversed days and more days away than here.

    >>> days = np.array(["2026-10-01"], dtype="datetime64[D]")
    >>> still = np.array(["NaT"], dtype="datetime64[D]")
    >>> shares = prorated_shares(date(2026, 1, 1), date(2026, 12, 31), first_days=days, last_days=still)
    >>> shares.fractions()
    [Fraction(92, 365)]
    """
    days = days_of(starts_on, ends_on)
    first, last = (np.asarray(part, dtype="datetime64[D]") for part in (first_days, last_days))
    leave = np.zeros(len(first), dtype=np.int64) if away is None else np.asarray(away)
    if first.shape != last.shape or leave.shape != first.shape or bool(np.isnat(first).any() or (last < first).any()):
        raise ProrationError(people=first.shape, reversed=int((last < first).sum()) if first.shape == last.shape else 0)
    end = np.datetime64(ends_on, "D")
    until = np.minimum(np.where(np.isnat(last), end, last), end)
    here = (until - np.maximum(first, np.datetime64(starts_on, "D"))).astype(np.int64) + 1
    here = np.maximum(here, 0)
    if bool((leave < 0).any() or (leave > here).any()):
        raise ProrationError(away=int(leave.max()))
    return ExactArray(here - leave, days)
