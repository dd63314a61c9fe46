"""Generalizability study: how much of the spread of ratings comes from people, raters, items and their meetings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.generalizability.designs import Design, design_of
from assessments.measurement.generalizability.observations import Observations, observations
from assessments.measurement.reasons import NotEstimable, Reason

# Entries of the coefficient matrix are shares of the observations; smaller singular values are rounding.
LEAST_SINGULAR = 1e-10
LEAST_SHARE = 1e-8
# A sum of squares or component that is a smaller share of the total is rounding, and stands for none.
ROUNDING = 1e-12


@dataclass(frozen=True)
class GStudy:
    """Variance components of a design; arrays (effects,) in the order of `design.effects` and `names`.

    `levels` cells of each effect; `t_terms` uncorrected sums of squares `sum of (cell sum)^2 / cell size`, `t_mean`
    that of the grand mean; `degrees` of freedom; `mean_squares` (0 without a degree of freedom); `components` as
    estimated, also negative ones; 0 with a `reasons` code where the data cannot tell one from another; `weights`
    (effects, effects): components = weights @ mean squares.
    """

    design: Design
    observed: Observations = field(repr=False)
    mean: float
    levels: NDArray[np.int64]
    t_mean: float
    t_terms: NDArray[np.float64]
    degrees: NDArray[np.int64]
    sums_of_squares: NDArray[np.float64]
    mean_squares: NDArray[np.float64]
    components: NDArray[np.float64]
    reasons: NDArray[np.int8]
    weights: NDArray[np.float64] = field(repr=False)
    is_balanced: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The effects' names."""
        return self.design.names

    def component_of(self, *facets: str) -> float | NotEstimable:
        """The component of the effect with these facets, in any order; raises DesignError if there is none."""
        place = self.design.position(*facets)
        reason = Reason(int(self.reasons[place]))
        return float(self.components[place]) if reason is Reason.ESTIMATED else NotEstimable(reason)


def g_study(value: ArrayLike, *, facets: Mapping[str, ArrayLike], design: str) -> GStudy | NotEstimable:
    """Estimate the variance components of any crossed or nested design, balanced or not, with cells missing or not.

    `value` (observations,), in the scale's unit; `facets`: each observation's level of each facet; `design` in
    Brennan's notation, one observation per cell. Raises DesignError, ObservationError.

        T_a = sum over cells of a of (sum of the cell)^2 / n_cell
        E T_a = N mu^2 + sum over effects b of s2_b x sum over cells of a and b together of n_ab^2 / n_a

    The equations of all effects and of the grand mean are solved for the components (analogous analysis of variance,
    Henderson's method 1); in a balanced design these are the expected mean squares. Source: Henderson (1953);
    Brennan, Generalizability Theory (2001), chapters 3 and 7.

    >>> study = g_study([1, 2, 4, 6], facets={"p": [0, 0, 1, 1], "i": [0, 1, 0, 1]}, design="p x i")
    >>> [round(float(number), 3) for number in study.components]
    [6.0, 1.0, 0.25]
    """
    seen = observations(value, design=design_of(design), facets=facets)
    if not seen.value.size:
        return NotEstimable(Reason.NO_ANSWERS)
    mean = float(seen.value.mean())
    centred = seen.value - mean if np.ptp(seen.value) else np.zeros_like(seen.value)
    terms = np.array([(np.bincount(each.cell, weights=centred) ** 2 / each.size).sum() for each in seen.cells])
    number, signs = len(centred), _signs(seen.design)
    levels = np.array([len(each.size) for each in seen.cells], dtype=np.int64)
    degrees = signs[:, 1:] @ levels + signs[:, 0]
    # The centred numbers have no T term of the mean but for rounding, and smaller numbers lose fewer digits.
    total = terms[-1]
    squares = _without_rounding(signs[:, 1:] @ terms, least=ROUNDING * total)
    solution, is_known = _solution(signs @ _shares(seen))
    has = degrees > 0
    means = np.where(has, squares / np.where(has, degrees, 1), 0.0)
    return GStudy(
        design=seen.design,
        observed=seen,
        mean=mean,
        levels=levels,
        t_mean=number * mean**2,
        t_terms=terms + number * mean**2,
        degrees=degrees,
        sums_of_squares=squares,
        mean_squares=means,
        components=np.where(is_known, _without_rounding(solution @ squares, least=ROUNDING * total / number), 0.0),
        reasons=np.where(is_known, Reason.ESTIMATED, Reason.TOO_FEW_VALUES).astype(np.int8),
        weights=solution * np.where(has, degrees, 0),
        is_balanced=seen.is_balanced,
    )


def _without_rounding(numbers: NDArray[np.float64], *, least: float) -> NDArray[np.float64]:
    """The numbers, 0 where they are less than what arithmetic leaves over."""
    return np.where(np.abs(numbers) > least, numbers, 0.0)


def _signs(design: Design) -> NDArray[np.int64]:
    """How sums of squares come from T terms, (effects, 1 + effects), the grand mean first."""
    effects = design.effects
    signs = np.zeros((len(effects), 1 + len(effects)), dtype=np.int64)
    for place, effect in enumerate(effects):
        signs[place, 0], signs[place, 1 + place] = -1, 1
        for smaller in range(place):
            if effects[smaller] < effect:
                signs[place] -= signs[smaller]
    return signs


def _shares(seen: Observations) -> NDArray[np.float64]:
    """Coefficients of the components in the expected T terms, (1 + effects, effects)."""
    effects = seen.design.effects
    shares = np.empty((1 + len(effects), len(effects)))
    for column, effect in enumerate(effects):
        shares[0, column] = (seen.cells[column].size.astype(np.float64) ** 2).sum() / len(seen.value)
        for row, other in enumerate(effects):
            both, own = seen.of(effect | other), seen.cells[row]
            shares[1 + row, column] = (both.size.astype(np.float64) ** 2 / own.size[own.cell[both.first]]).sum()
    return shares


def _solution(expected: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The matrix that turns sums of squares into components, and which components it determines."""
    scale = np.abs(expected).max(axis=1, keepdims=True)
    scale = np.where(scale > LEAST_SHARE, scale, 1.0)
    inverse = np.linalg.pinv(expected / scale, rcond=LEAST_SINGULAR)
    determined = np.abs(inverse @ (expected / scale) - np.eye(len(expected))).max(axis=1) < LEAST_SHARE
    return inverse / scale.T, determined
