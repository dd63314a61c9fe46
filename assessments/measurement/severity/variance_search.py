"""The search for the variances under which ratings are most likely; a variance may well be zero."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.severity.mixed_design import MixedDesign, moments
from assessments.measurement.severity.profiled_criterion import Fit, fit_at, slope_at

MOST_STEPS = 100
LONGEST_STEP = 2.5
LARGEST_RATIO = 1e8
LARGE_RATIO = 1e4
RISE = 0.01
REGULAR = 1e-10
ROUNDING = 1e-13
LEAST_SHARE = 0.05
TINY = 1e-12
ROWS_OF_SEVERAL_STARTS = 1000


def best_fit(design: MixedDesign, *, restricted: bool) -> Fit | NotEstimable:
    """The fit whose criterion is lowest over all variance ratios from zero up.

    Newton steps with average information in `x_k = log(1 + n_k gamma_k)`, n_k rows per level, from moment estimates;
    x_k = 0 is a bound, at which the slope decides. Not estimable: variances that the design cannot tell apart, values
    that do not vary, or values that the factors explain without any residual.
    """
    matrix, squares = moments(design)
    reason = _why_not(matrix, squares, design)
    if reason is not None:
        return NotEstimable(reason)
    starts = [_start(matrix, squares)]
    if design.rows <= ROWS_OF_SEVERAL_STARTS:
        starts += [np.array(ratios) for ratios in product((0.1, 10.0), repeat=len(design.factors))]
    found = [_descended(start, design=design, restricted=restricted) for start in starts]
    fits = [fit for fit in found if fit is not None]
    return min(fits, key=lambda fit: fit.criterion) if fits else NotEstimable(Reason.NO_VARIATION)


def _why_not(matrix: NDArray[np.float64], squares: NDArray[np.float64], design: MixedDesign) -> Reason | None:
    """Why the variances cannot be estimated, if so."""
    diagonal = np.diagonal(matrix)
    full = [float(np.sum(factor.count.astype(np.float64) ** 2)) for factor in design.factors]
    if (diagonal <= REGULAR * np.array([*full, 1.0])).any():
        return Reason.TOO_FEW_VALUES
    scale = np.sqrt(diagonal)
    if np.linalg.eigvalsh(matrix / np.outer(scale, scale))[0] < REGULAR:
        return Reason.TOO_FEW_VALUES
    size = design.fixed.size
    return Reason.NO_VARIATION if squares[-1] <= (ROUNDING * size) ** 2 else None


def _start(matrix: NDArray[np.float64], squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Variance ratios by moments, kept away from a residual of zero."""
    variances = np.maximum(np.linalg.solve(matrix, squares), 0.0)
    residual = max(variances[-1], 0.01 * squares[-1] / matrix[-1, -1])
    result: NDArray[np.float64] = variances[:-1] / residual
    return result


def _descended(start: NDArray[np.float64], *, design: MixedDesign, restricted: bool) -> Fit | None:
    """Go down from given variance ratios until no step promises a decrease; none when a ratio grows without end."""
    density = np.array([design.rows / factor.size for factor in design.factors])
    place, damping = np.log1p(density * start), 0.0
    fit = fit_at(start, design=design, restricted=restricted)
    step, before = np.zeros(len(place)), np.zeros(len(place))
    for _ in range(MOST_STEPS):
        slope = slope_at(fit)
        stretch = np.exp(place) / density
        gradient = stretch * slope.gradient
        information = _with_secant(stretch[:, None] * slope.information * stretch, step, gradient - before)
        gained, promised = 0.0, 0.0
        while gained <= LEAST_SHARE * promised:
            step = _step(place, gradient, information, damping)
            promised = -float(gradient @ step) - max(float(step @ information @ step), 0.0) / 2
            gamma = np.expm1(place + step) / density
            if gamma.max() > LARGEST_RATIO:
                return None
            candidate = fit_at(gamma, design=design, restricted=restricted)
            if promised < ROUNDING * (abs(fit.criterion) + design.rows):
                return candidate if _is_lowest(candidate) else None
            gained = fit.criterion - candidate.criterion
            damping = max(4 * damping, 0.25)
        damping = 0.0 if gained > promised / 2 else damping / 16
        place, fit, before = place + step, candidate, gradient
    return None


def _is_lowest(fit: Fit) -> bool:
    """Whether a residual that is tiny beside the effects is still preferred to one that is smaller again.

    Where effects take up all degrees of freedom the criterion only levels off: there is no residual variance to find.
    """
    if fit.gamma.max() < LARGE_RATIO:
        return True
    farther = fit_at(10 * fit.gamma, design=fit.design, restricted=fit.restricted)
    return farther.criterion > fit.criterion + RISE


def _with_secant(
    information: NDArray[np.float64], step: NDArray[np.float64], change: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The information made to agree with how the slope changed over the last step, where that curves upward (BFGS)."""
    along = information @ step
    expected, seen = float(step @ along), float(step @ change)
    if not LEAST_SHARE * expected < seen < expected / LEAST_SHARE:
        return information
    result: NDArray[np.float64] = information + np.outer(change, change) / seen - np.outer(along, along) / expected
    return result


def _step(
    place: NDArray[np.float64], gradient: NDArray[np.float64], information: NDArray[np.float64], damping: float
) -> NDArray[np.float64]:
    """The damped Newton step that stays at or above zero; what would go below is set to zero and the rest solved again.

    Where the information vanishes, far from the lowest point, the slope itself limits the step.
    """
    step = np.zeros(len(place))
    open_ = ~((place <= 0) & (gradient >= 0))
    scale = np.maximum(np.diagonal(information), 0.0) + np.abs(gradient)
    curvature = information + np.diag(0.02 * np.abs(gradient) + damping * scale + TINY)
    while open_.any():
        right = -(gradient + curvature @ np.where(open_, 0.0, step))
        step[open_] = np.linalg.solve(curvature[np.ix_(open_, open_)], right[open_])
        longest = float(np.abs(step[open_]).max())
        if longest > LONGEST_STEP:
            step[open_] *= LONGEST_STEP / longest
        below = open_ & (place + step < 0)
        if not below.any():
            break
        step[below] = -place[below]
        open_ = open_ & ~below
    return step
