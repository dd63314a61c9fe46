"""Who gets through and who does not: selection rates of groups and how they compare with the best one.

All comparisons are of exact fractions: 48 of 60 is four fifths, and not a hair below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import index

from assessments.measurement.apportionment import Weight, exact
from assessments.measurement.reasons import NotEstimable, Reason
from review.rewards.fairness.errors import CategoryError, CountsError, RateError

FOUR_FIFTHS = Fraction(4, 5)
LEAST_SHARE = Fraction(1, 50)
LEAST_APPLICANTS = 30


@dataclass(frozen=True)
class Flip:
    """What one other decision would change: one person fewer selected in the best group, one more in this group.

    `ratio` is this group's rate over the other's then (`NotEstimable` when the other's is 0); `ends_flag`: it is no
    longer below the threshold; `turns_order`: this group's rate is then the higher one, so that the numbers are too
    small to say that there is a pattern.
    """

    ratio: Fraction | NotEstimable
    ends_flag: bool
    turns_order: bool


@dataclass(frozen=True)
class GroupSelection:
    """One group's row of a selection table; counts are people, shares and rates are exact fractions.

    `share` of the people whose group is known; `rate = selected / applicants`; `impact_ratio` = rate over the highest
    rate; `is_below_threshold`: the ratio is below four fifths (or the threshold asked for). `expected` = applicants
    times the rate of all; `shortfall = expected - selected`, positive when fewer were selected than expected.
    `is_below_share`: less than 2 % of the people; `is_in_ratio`: it was compared; `is_small`: fewer than 30 people, so
    that the rate says little. `flip` is there for flagged groups only.
    """

    name: str
    applicants: int
    selected: int
    share: Fraction
    rate: Fraction | NotEstimable
    impact_ratio: Fraction | NotEstimable
    is_below_threshold: bool
    expected: Fraction
    shortfall: Fraction
    is_below_share: bool
    is_in_ratio: bool
    is_small: bool
    flip: Flip | None


@dataclass(frozen=True)
class SelectionTable:
    """Groups in the order given, and what stands beside them.

    `applicants` and `selected` of all known groups, `rate` theirs; `unknown_applicants` and `unknown_selected`: people
    whose group is not known, counted but in no rate; `best`: the names of the groups with the highest rate (several
    in a tie); `flagged`: those below the threshold; `is_comparable`: at least two groups were compared.
    """

    groups: tuple[GroupSelection, ...]
    applicants: int
    selected: int
    rate: Fraction | NotEstimable
    unknown_applicants: int
    unknown_selected: int
    best: tuple[str, ...]
    flagged: tuple[str, ...]
    threshold: Fraction
    is_comparable: bool


def impact_ratios(rates: Sequence[Weight]) -> tuple[Fraction, ...] | NotEstimable:
    """Compare each group's rate with the highest one: `ratio = rate / highest rate`, exactly.

    `rates`: one a group, from 0 to 1, as fractions, whole numbers or decimals (0.48 is read as 48 of 100). The ratios
    are in the same order; none when there is no group or nobody was selected. Raises RateError.
    Source: 29 CFR 1607.4 D.

    >>> impact_ratios([0.6, 0.48])
    (Fraction(1, 1), Fraction(4, 5))
    """
    fractions = [exact(rate) for rate in rates]
    for rate in fractions:
        if not 0 <= rate <= 1:
            raise RateError(rate=str(rate))
    highest = max(fractions, default=None)
    if highest is None:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    if highest == 0:
        return NotEstimable(Reason.ZERO_DENOMINATOR)
    return tuple(rate / highest for rate in fractions)


def is_below_four_fifths(ratio: Weight, *, threshold: Weight = FOUR_FIFTHS) -> bool:
    """Whether an impact ratio is flagged: strictly below four fifths, without rounding.

    >>> is_below_four_fifths(Fraction(48, 100) / Fraction(60, 100)), is_below_four_fifths("0.7999")
    (False, True)
    """
    return exact(ratio) < exact(threshold)


def selection_table(
    applicants: Sequence[int],
    *,
    selected: Sequence[int],
    names: Sequence[str],
    unknown_applicants: int = 0,
    unknown_selected: int = 0,
    threshold: Weight = FOUR_FIFTHS,
    least_share: Weight = LEAST_SHARE,
    leaves_out_small_shares: bool = False,
    least_applicants: int = LEAST_APPLICANTS,
) -> SelectionTable:
    """Set out how many of each group applied and were selected, and how each rate compares with the best.

    `applicants` and `selected`: whole people per group, in the order of `names`. A group below `least_share` of the
    people of known groups is shown, and left out of the comparison when `leaves_out_small_shares`. A group without
    applicants has no rate; when nobody was selected there are rates of 0 and no ratios. Raises CountsError,
    CategoryError, RateError. Source: 29 CFR 1607.4 (four fifths; small numbers: Questions and Answers 20 to 22);
    6 RCNY 5-301 (2 %, unknown people counted).

    >>> table = selection_table([80, 40], selected=[48, 12], names=["White", "Black"])
    >>> table.groups[1].impact_ratio, table.flagged, table.groups[1].shortfall
    (Fraction(1, 2), ('Black',), Fraction(8, 1))
    """
    *known, unknown = _counts([*applicants, unknown_applicants], [*selected, unknown_selected])
    if len(names) != len(known) or len(set(names)) != len(names):
        raise CategoryError(names=list(names), groups=len(known))
    limit, least = exact(threshold), exact(least_share)
    if not 0 <= least <= 1 or not 0 <= limit <= 1:
        raise RateError(threshold=str(limit), least_share=str(least))
    total = sum(number for number, _ in known), sum(number for _, number in known)
    compared = [
        number > 0 and not (leaves_out_small_shares and Fraction(number, total[0]) < least) for number, _ in known
    ]
    reference = _reference([count for count, is_in in zip(known, compared, strict=True) if is_in])
    groups = tuple(
        _row(name, count, is_in, reference=reference, limit=limit, least=(least, least_applicants), total=total)
        for name, count, is_in in zip(names, known, compared, strict=True)
    )
    return SelectionTable(
        groups=groups,
        applicants=total[0],
        selected=total[1],
        rate=Fraction(total[1], total[0]) if total[0] else NotEstimable(Reason.ZERO_DENOMINATOR),
        unknown_applicants=unknown[0],
        unknown_selected=unknown[1],
        best=tuple(group.name for group in groups if group.is_in_ratio and group.rate == _rate(reference)),
        flagged=tuple(group.name for group in groups if group.is_below_threshold),
        threshold=limit,
        is_comparable=sum(compared) > 1 and reference[1] > 0,
    )


def _reference(compared: list[tuple[int, int]]) -> tuple[int, int]:
    """Count of the group with the highest rate, the largest one in a tie; (0, 0) when no group is compared."""
    return max(compared, key=lambda count: (_rate(count), count), default=(0, 0))


def _counts(applicants: Sequence[int], selected: Sequence[int]) -> list[tuple[int, int]]:
    """Read whole counts of applied and selected people; raises CountsError."""
    try:
        counts = [(index(number), index(of)) for number, of in zip(applicants, selected, strict=True)]
    except (TypeError, ValueError):
        raise CountsError(applicants=list(applicants), selected=list(selected)) from None
    for number, of in counts:
        if not 0 <= of <= number:
            raise CountsError(applicants=number, selected=of)
    return counts


def _rate(count: tuple[int, int]) -> Fraction:
    """Share selected of a group that has applicants."""
    return Fraction(count[1], count[0])


def _row(
    name: str,
    count: tuple[int, int],
    is_in_ratio: bool,
    *,
    reference: tuple[int, int],
    limit: Fraction,
    least: tuple[Fraction, int],
    total: tuple[int, int],
) -> GroupSelection:
    """One group's row beside the best group and the total of the table."""
    (number, chosen), (people, all_chosen) = count, total
    expected = Fraction(number * all_chosen, people) if people else Fraction(0)
    share = Fraction(number, people) if people else Fraction(0)
    ratio = _impact_ratio(count, reference, is_in_ratio=is_in_ratio)
    is_flagged = not isinstance(ratio, NotEstimable) and ratio < limit
    return GroupSelection(
        name=name,
        applicants=number,
        selected=chosen,
        share=share,
        rate=_rate(count) if number else NotEstimable(Reason.ZERO_DENOMINATOR),
        impact_ratio=ratio,
        is_below_threshold=is_flagged,
        expected=expected,
        shortfall=expected - chosen,
        is_below_share=share < least[0],
        is_in_ratio=is_in_ratio,
        is_small=number < least[1],
        flip=_flip(count, reference, limit=limit) if is_flagged else None,
    )


def _impact_ratio(count: tuple[int, int], reference: tuple[int, int], *, is_in_ratio: bool) -> Fraction | NotEstimable:
    """Rate over the highest rate, or why there is none."""
    if count[0] == 0 or reference[1] == 0:
        return NotEstimable(Reason.ZERO_DENOMINATOR)
    return _rate(count) / _rate(reference) if is_in_ratio else NotEstimable(Reason.TOO_FEW_VALUES)


def _flip(count: tuple[int, int], reference: tuple[int, int], *, limit: Fraction) -> Flip:
    """Move one selection from the best group to a flagged one, which has someone left to select."""
    rate, other = Fraction(count[1] + 1, count[0]), Fraction(reference[1] - 1, reference[0])
    if other == 0:
        return Flip(NotEstimable(Reason.ZERO_DENOMINATOR), ends_flag=True, turns_order=True)
    return Flip(rate / other, ends_flag=rate / other >= limit, turns_order=rate > other)
