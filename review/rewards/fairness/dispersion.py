"""How evenly pay, quotas or attainment are spread over people: Gini, Theil, Atkinson and simpler measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.reasons import NotEstimable, Reason
from review.rewards.fairness.errors import CategoryError, FigureError, RateError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Dispersion:
    """How unevenly amounts are spread; each 0 when all are equal.

    `gini`: 0 to (n-1)/n; `gini_corrected`: `n / (n-1)` times it, 0 to 1; `theil`: 0 to log n; `atkinson` for the
    `epsilon` asked for; `variation`: standard deviation over the mean, with `sample_variation` dividing by n - 1;
    `ricci_schutz`: the share of the sum that would have to move for all to be equal; `p90_p10`: ratio of the two
    percentiles (linear between the amounts). What needs two people, or a tenth percentile above 0, is `NotEstimable`
    without.
    """

    number: int
    mean: float
    gini: float
    gini_corrected: float | NotEstimable
    theil: float
    atkinson: float
    variation: float
    sample_variation: float | NotEstimable
    ricci_schutz: float
    p90_p10: float | NotEstimable


@dataclass(frozen=True)
class TheilParts:
    """Theil's index of everybody, and its parts: `total = within + between`, exactly up to rounding.

    `groups` in the order of their names; `index` of each group within itself, `share` of the whole sum it has;
    `within` is the sum of share times index. `between_share` is the part of the total that lies between the groups.
    """

    total: float
    within: float
    between: float
    between_share: float | NotEstimable
    groups: tuple[str, ...]
    index: Floats
    share: Floats


def dispersion(amounts: ArrayLike, *, epsilon: float = 0.5) -> Dispersion | NotEstimable:
    """Describe how unevenly amounts are spread over people.

    `amounts` (people,): finite, none negative, x_(1) <= ... <= x_(n) in order, mean m.

        Gini = 2 sum(i x_(i)) / (n sum x) - (n + 1) / n          Theil = mean(x/m log(x/m)), with 0 log 0 = 0
        Atkinson = 1 - mean((x/m)^(1-e))^(1/(1-e)), for e = 1: 1 - exp(mean(log(x/m)))
        Ricci-Schutz = mean(|x - m|) / 2m

    `epsilon` e above 0: how much a gap at the low end counts. TOO_FEW_VALUES without people, ZERO_DENOMINATOR when all
    amounts are 0. Raises FigureError. Source: Gini (1912); Theil (1967); Atkinson (1970); as R's package ineq.

    >>> found = dispersion([1, 1, 2, 4])
    >>> found.gini, found.ricci_schutz, round(found.theil, 4)
    (0.3125, 0.25, 0.1733)
    """
    values = np.sort(_amounts(amounts))
    if not epsilon > 0 or not np.isfinite(epsilon):
        raise FigureError(epsilon=epsilon)
    if values.size == 0:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    if values[-1] == 0:
        return NotEstimable(Reason.ZERO_DENOMINATOR)
    number, has_two = values.size, values.size > 1
    # Amounts by the largest one, so that no scale of money can overflow.
    relative = values / values[-1]
    mean = float(relative.mean())
    relative = relative / mean
    gini = max(float(((2 * np.arange(1, number + 1) - number - 1) * relative).sum()) / number**2, 0.0)
    variation = float(relative.std())
    tenth, ninetieth = np.quantile(relative, [0.1, 0.9])
    too_few = NotEstimable(Reason.TOO_FEW_VALUES)
    return Dispersion(
        number=number,
        mean=mean * float(values[-1]),
        gini=gini,
        gini_corrected=gini * number / (number - 1) if has_two else too_few,
        theil=_theil(relative),
        atkinson=_atkinson(relative, epsilon),
        variation=variation,
        sample_variation=float(relative.std(ddof=1)) if has_two else too_few,
        ricci_schutz=float(np.abs(relative - 1).mean()) / 2,
        p90_p10=float(ninetieth / tenth) if tenth > 0 else NotEstimable(Reason.ZERO_DENOMINATOR),
    )


def theil_parts(amounts: ArrayLike, *, groups: ArrayLike) -> TheilParts | NotEstimable:
    """Part unevenness into what lies within regions or teams and what lies between them.

    With group g's mean m_g, people n_g, share of the sum `s_g = n_g m_g / (n m)` and index T_g:
    `total = sum s_g T_g + sum s_g log(m_g / m)`. `amounts` (people,) as in `dispersion`, `groups` (people,) names.
    TOO_FEW_VALUES without people, ZERO_DENOMINATOR when all amounts are 0. Raises FigureError, CategoryError.
    Source: Theil (1967).

    >>> found = theil_parts([1, 1, 3, 3], groups=["north", "north", "south", "south"])
    >>> found.within, round(found.between, 4)
    (0.0, 0.1308)
    """
    values, labels = _amounts(amounts), np.asarray(groups)
    if labels.shape != values.shape:
        raise CategoryError(people=values.size, groups=labels.size)
    if values.size == 0:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    if values.max() == 0:
        return NotEstimable(Reason.ZERO_DENOMINATOR)
    relative = values / values.max()
    relative = relative / relative.mean()
    names, which, number = np.unique(labels, return_inverse=True, return_counts=True)
    means = np.bincount(which, weights=relative) / number
    share = number * means / values.size
    each = _x_log_x(relative / np.where(means > 0, means, 1.0)[which])
    index = np.maximum(np.bincount(which, weights=each) / number, 0.0)
    total, within = _theil(relative), float(share @ index)
    between = max(float((number * _x_log_x(means)).sum()) / values.size, 0.0)
    return TheilParts(
        total=total,
        within=within,
        between=between,
        between_share=between / (within + between) if within + between > 0 else NotEstimable(Reason.NO_VARIATION),
        groups=tuple(str(name) for name in names),
        index=index,
        share=share,
    )


def share_at_target(attainments: ArrayLike, *, target: float = 1.0) -> float | NotEstimable:
    """Give the share of people who reach their target; a result exactly at the target has reached it.

    `attainments` (people,): finite numbers. TOO_FEW_VALUES without people. Raises FigureError, RateError.

    >>> share_at_target([0.8, 1.0, 1.2, 0.9])
    0.5
    """
    values = np.asarray(attainments, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise FigureError(shape=values.shape)
    if not np.isfinite(target):
        raise RateError(target=target)
    return float((values >= target).mean()) if values.size else NotEstimable(Reason.TOO_FEW_VALUES)


def _theil(relative: Floats) -> float:
    """Theil's index of amounts with mean 1."""
    return max(float(_x_log_x(relative).mean()), 0.0)


def _x_log_x(values: Floats) -> Floats:
    """Each value times its logarithm, 0 for 0."""
    return np.asarray(values * np.log(np.where(values > 0, values, 1.0)))


def _atkinson(relative: Floats, epsilon: float) -> float:
    """Atkinson's index of amounts with mean 1; 1 when someone has nothing and epsilon is at least 1."""
    if relative[0] == 0 and epsilon >= 1:
        return 1.0
    if abs(epsilon - 1) < 1e-9:
        return max(1 - float(np.exp(np.log(relative).mean())), 0.0)
    # The power mean over its largest term, so that no large epsilon can overflow.
    powers = (1 - epsilon) * np.log(relative[relative > 0])
    peak = float(powers.max())
    mean = peak + np.log(np.exp(powers - peak).sum() / relative.size)
    return min(max(1 - float(np.exp(mean / (1 - epsilon))), 0.0), 1.0)


def _amounts(amounts: ArrayLike) -> Floats:
    """Read amounts of people, finite and not negative; raises FigureError."""
    values = np.asarray(amounts, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all() or (values < 0).any():
        raise FigureError(shape=values.shape)
    return values
