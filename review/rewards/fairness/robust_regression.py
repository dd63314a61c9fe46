"""Least squares whose errors hold when people's spread differs: the engine of the pay equity regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.reasons import NotEstimable, Reason
from review.rewards.fairness.errors import FigureError

Floats = NDArray[np.float64]

# Below this share of the largest singular value a direction of the scaled design counts as missing.
RANK_TOLERANCE = 1e-10
# A leverage this near to 1 means that the fit goes through the person whatever the pay is.
ALONE = 1e-9


@dataclass(frozen=True)
class RobustFit:
    """Coefficients and their covariance that does not suppose an equal spread (HC3).

    `coefficients`, `errors` (columns,), `covariance` (columns, columns), `residuals`, `leverage` and `studentised`
    (people,); `studentised` residuals are measured by the spread of the other people, 0 where someone alone decides a
    coefficient. `is_shaky` (columns,): the coefficient hangs on one such person, its error is not known and 0 here.
    `variance` of the residuals, `degrees` = people - columns, `explained` = R².
    """

    coefficients: Floats
    covariance: Floats
    errors: Floats
    is_shaky: NDArray[np.bool_]
    residuals: Floats
    leverage: Floats
    studentised: Floats
    variance: float
    degrees: int
    explained: float


def robust_fit(response: ArrayLike, *, design: ArrayLike) -> RobustFit | NotEstimable:
    """Fit a sum of factors to a figure, with standard errors that stay right when some groups vary more than others.

    `b = (X'X)^-1 X'y`, residuals e, leverage h: `V = (X'X)^-1 X' diag(e² / (1 - h)²) X (X'X)^-1`. `response` (people,),
    `design` (people, columns) with a column of ones if wanted, both finite. By the singular values of the scaled
    columns, so that no unit of a factor can spoil it. TOO_FEW_VALUES without more people than columns, COLLINEAR when
    a column follows from others, NO_VARIATION when the fit leaves no residual. Raises FigureError.
    Source: HC3 of MacKinnon and White (1985); Long and Ervin (2000).

    >>> fit = robust_fit([1, 2, 4, 4], design=[[1, 0], [1, 1], [1, 2], [1, 3]])
    >>> fit.coefficients.round(2).tolist(), fit.errors.round(4).tolist()
    ([1.1, 1.1], [0.3855, 0.4252])
    """
    values, columns = np.asarray(response, dtype=np.float64), np.asarray(design, dtype=np.float64)
    if values.ndim != 1 or columns.ndim != 2 or columns.shape[0] != values.size:
        raise FigureError(response=values.shape, design=columns.shape)
    if not np.isfinite(values).all() or not np.isfinite(columns).all():
        raise FigureError(response="not finite")
    degrees = values.size - columns.shape[1]
    if degrees < 1 or columns.shape[1] == 0:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    scale = np.sqrt((columns**2).sum(axis=0))
    if (scale == 0).any():
        return NotEstimable(Reason.COLLINEAR)
    left, singular, right = np.linalg.svd(columns / scale, full_matrices=False)
    if singular[-1] <= RANK_TOLERANCE * singular[0]:
        return NotEstimable(Reason.COLLINEAR)
    # What each person adds to each coefficient: (X'X)^-1 X'.
    influence = (right.T / singular) @ left.T / scale[:, None]
    coefficients = influence @ values
    residuals = values - left @ (left.T @ values)
    return _fit(values, coefficients, residuals, influence=influence, leverage=(left**2).sum(axis=1), degrees=degrees)


def _fit(
    values: Floats, coefficients: Floats, residuals: Floats, *, influence: Floats, leverage: Floats, degrees: int
) -> RobustFit | NotEstimable:
    """Covariance, studentised residuals and explained share of a fit; none when it leaves no residual."""
    squares = float(residuals @ residuals)
    if squares <= values.size * (1e-13 * max(float(np.abs(values).max()), 1e-300)) ** 2:
        return NotEstimable(Reason.NO_VARIATION)
    is_alone = leverage > 1 - ALONE
    rest = np.where(is_alone, 1.0, 1 - leverage)
    scaled = np.where(is_alone, 0.0, residuals / rest)
    covariance = (influence * scaled**2) @ influence.T
    reach = np.abs(influence[:, is_alone]).max(axis=1, initial=0.0)
    is_shaky = reach > 1e-6 * np.abs(influence).max(axis=1)
    others = np.maximum(squares - scaled * residuals, 0.0) / max(degrees - 1, 1)
    has_others = ~is_alone & (others > 0) & (degrees > 1)
    distance = np.sqrt(np.where(has_others, others * rest, 1.0))
    total = float(((values - values.mean()) ** 2).sum())
    return RobustFit(
        coefficients=coefficients,
        covariance=covariance,
        errors=np.where(is_shaky, 0.0, np.sqrt(np.diagonal(covariance))),
        is_shaky=is_shaky,
        residuals=residuals,
        leverage=leverage,
        studentised=np.where(has_others, residuals / distance, 0.0),
        variance=squares / degrees,
        degrees=degrees,
        explained=max(1 - squares / total, 0.0) if total > 0 else 0.0,
    )
