"""Selection tables from lists of people: by sex, by race, by both together, and who scores above the median."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.apportionment import Weight
from review.rewards.fairness.errors import CategoryError, FigureError
from review.rewards.fairness.selection import (
    FOUR_FIFTHS,
    LEAST_APPLICANTS,
    LEAST_SHARE,
    SelectionTable,
    selection_table,
)

JOINED = " / "


def table_of_people(
    selected: Sequence[bool],
    *,
    groups: Sequence[str | None],
    threshold: Weight = FOUR_FIFTHS,
    least_share: Weight = LEAST_SHARE,
    leaves_out_small_shares: bool = False,
    least_applicants: int = LEAST_APPLICANTS,
) -> SelectionTable:
    """Count a list of people into a selection table, those whose group is not known (None) beside it.

    `selected` and `groups`: one entry a person. Groups stand in the order of their names, so that the order of the
    people does not matter. Raises CategoryError. Source: 6 RCNY 5-301.

    >>> table_of_people([True, False, True], groups=["f", "f", None]).unknown_selected
    1
    """
    if len(selected) != len(groups):
        raise CategoryError(people=len(selected), groups=len(groups))
    names = sorted({group for group in groups if group is not None})
    place = {name: number for number, name in enumerate(names)}
    which = np.array([len(names) if group is None else place[group] for group in groups], dtype=np.int64)
    applicants = np.bincount(which, minlength=len(names) + 1)
    chosen = np.bincount(which[np.asarray(selected, dtype=bool)], minlength=len(names) + 1)
    return selection_table(
        applicants[:-1].tolist(),
        selected=chosen[:-1].tolist(),
        names=names,
        unknown_applicants=int(applicants[-1]),
        unknown_selected=int(chosen[-1]),
        threshold=threshold,
        least_share=least_share,
        leaves_out_small_shares=leaves_out_small_shares,
        least_applicants=least_applicants,
    )


def tables_of_people(
    selected: Sequence[bool],
    *,
    attributes: Mapping[str, Sequence[str | None]],
    least_share: Weight = LEAST_SHARE,
    leaves_out_small_shares: bool = False,
) -> dict[str, SelectionTable]:
    """Make one table for each attribute (sex, race) and one for all of them together.

    `attributes`: name of the attribute to one value a person, None where not known. The joint table is named by the
    attributes joined (`sex / race`) and so are its groups; who lacks one of the values is unknown there. Raises
    CategoryError. Source: 6 RCNY 5-301 (sex, race or ethnicity, intersectional).

    >>> tables = tables_of_people([True, False], attributes={"sex": ["f", "m"], "race": ["a", None]})
    >>> list(tables), tables["sex / race"].unknown_applicants
    (['sex', 'race', 'sex / race'], 1)
    """
    grouped = dict(attributes)
    if len(attributes) > 1:
        grouped[JOINED.join(attributes)] = intersections(*attributes.values())
    return {
        name: table_of_people(
            selected, groups=groups, least_share=least_share, leaves_out_small_shares=leaves_out_small_shares
        )
        for name, groups in grouped.items()
    }


def intersections(*attributes: Sequence[str | None]) -> list[str | None]:
    """Join several groups of each person into one, such as `female / asian`; None when one of them is not known.

    >>> intersections(["f", "m"], ["asian", None])
    ['f / asian', None]
    """
    if len({len(values) for values in attributes}) > 1:
        raise CategoryError(people=[len(values) for values in attributes])
    people = zip(*attributes, strict=True)
    return [
        None if None in values else JOINED.join(value for value in values if value is not None) for values in people
    ]


def is_above_median(scores: ArrayLike) -> NDArray[np.bool_]:
    """Tell who scores above the median of all: the share of them in a group is its scoring rate.

    `scores` (people,): any finite numbers, all groups pooled, those of unknown group too. A score equal to the median
    is not above it. Nobody is above when all are equal. Raises FigureError. Source: 6 RCNY 5-301.

    >>> is_above_median([1, 2, 3, 10]).tolist()
    [False, False, True, True]
    """
    values = _scores(scores)
    return np.asarray(values > np.median(values)) if values.size else np.zeros(0, dtype=bool)


def scoring_table(
    scores: ArrayLike,
    *,
    groups: Sequence[str | None],
    least_share: Weight = LEAST_SHARE,
    leaves_out_small_shares: bool = False,
) -> SelectionTable:
    """Compare the groups' scoring rates: the share of each that scores above the median of all.

    As `table_of_people`, "selected" being "above the pooled median". Raises FigureError, CategoryError.
    Source: 6 RCNY 5-301.

    >>> [str(group.rate) for group in scoring_table([1, 2, 3, 4], groups=["f", "m", "f", "m"]).groups]
    ['1/2', '1/2']
    """
    above = is_above_median(scores).tolist()
    return table_of_people(
        above, groups=groups, least_share=least_share, leaves_out_small_shares=leaves_out_small_shares
    )


def impact_ratios_at_cuts(
    scores: ArrayLike, *, groups: Sequence[str | None], cuts: Sequence[float]
) -> tuple[SelectionTable, ...]:
    """Show what each possible cut score would do: one selection table for each, passing from the cut on.

    `scores` (people,), `cuts` in the unit of the scores. Raises FigureError, CategoryError. Source: 29 CFR 1607.4 D.

    >>> tables = impact_ratios_at_cuts([50, 60, 70, 80], groups=["f", "m", "f", "m"], cuts=[55, 75])
    >>> [str(table.groups[0].impact_ratio) for table in tables]
    ['1/2', '0']
    """
    values, limits = _scores(scores), _scores(cuts)
    return tuple(table_of_people((values >= cut).tolist(), groups=groups) for cut in limits)


def _scores(scores: ArrayLike) -> NDArray[np.float64]:
    """Read finite numbers in one row; raises FigureError."""
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise FigureError(shape=values.shape)
    return values
