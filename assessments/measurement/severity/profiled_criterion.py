"""How badly given variance ratios fit ratings: the profiled (restricted) likelihood, its slope and its predictions."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from assessments.measurement.severity.levels import level_sums
from assessments.measurement.severity.mixed_design import MixedDesign

SMALL_RATIO = 1e-5
FEW_LEVELS = 128


@dataclass(frozen=True)
class Fit:
    """The model at given variance ratios gamma (factors,): everything follows from them.

    `own_share` (levels of own,) is 1 / (1 + gamma n); `factor` the lower Cholesky factor L (width, width) of
    S = I + T Q T with T = diag(sqrt(gamma)) and Q = `rest`, what is left of the other factors beside the eliminated
    one; `other_sums` (width, columns) their sums left likewise, and `shrunk` = T S^-1 T times these. `covariance` is
    the inverse of X'V^-1X in the basis, `coefficients` the fixed part in the basis; `residual_sums[k]` sums of the
    residuals per level, so that the effects are gamma times these; `squares` the penalised residual sum of squares;
    `degrees` n - p, or n for maximum likelihood.
    """

    design: MixedDesign
    restricted: bool
    gamma: NDArray[np.float64]
    own_share: NDArray[np.float64]
    root: NDArray[np.float64]
    rest: NDArray[np.float64]
    factor: NDArray[np.float64]
    other_sums: NDArray[np.float64]
    shrunk: NDArray[np.float64]
    covariance: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    residual_sums: tuple[NDArray[np.float64], ...]
    squares: float
    degrees: int
    criterion: float

    @property
    def residual_variance(self) -> float:
        """Variance of what neither the fixed part nor any factor explains."""
        return self.squares / self.degrees

    @property
    def kept(self) -> int:
        """How many coefficients the fixed part has."""
        return len(self.covariance)


def fit_at(gamma: NDArray[np.float64], *, design: MixedDesign, restricted: bool) -> Fit:
    """Fit the model at variance ratios gamma = (variance of each factor) / (residual variance).

    `criterion = log|V| + [log|X'V^-1X|] + d (1 + log(2 pi r2 / d))`, V = I + sum gamma_k Z_k Z_k', r2 the penalised
    residual sum of squares; with the bracket and d = n - p it is -2 log restricted likelihood, without and d = n
    -2 log likelihood. `log|V| = sum log(1 + gamma n) + log|S|`. Source: Henderson (1975); Bates et al. (2015).
    """
    own_share = 1 / (1 + gamma[design.own] * design.factors[design.own].count)
    weight = gamma[design.own] * own_share
    root = np.sqrt(design.spread_over_levels(gamma))
    rest = design.overlap - design.weighted_overlap(weight)
    factor = _cholesky(root[:, None] * rest * root + np.eye(design.width))
    weighted = weight[:, None] * design.own_sums
    other_sums = design.other_sums - design.crossing.T @ weighted
    shrunk = root[:, None] * _solved(factor, root[:, None] * other_sums)
    products = design.products - design.own_sums.T @ weighted - other_sums.T @ shrunk
    kept = products.shape[0] - 1
    covariance = np.linalg.inv(products[:kept, :kept])
    coefficients = covariance @ products[:kept, kept]
    residual_sums, squares = _residual_sums(design, gamma, weight, shrunk, coefficients)
    degrees = design.rows - kept if restricted else design.rows
    criterion = -float(np.sum(np.log(own_share))) + 2 * float(np.sum(np.log(np.diagonal(factor))))
    if restricted:
        criterion -= float(np.linalg.slogdet(covariance)[1])
        criterion += 2 * float(np.sum(np.log(np.abs(np.diagonal(design.fixed.triangle)))))
    criterion += degrees * (1 + log(2 * pi * max(squares, np.finfo(np.float64).tiny) / degrees))
    return Fit(
        design, restricted, gamma, own_share, root, rest, factor, other_sums, shrunk, covariance, coefficients,
        residual_sums, squares, degrees, criterion,
    )  # fmt: skip


def _residual_sums(
    design: MixedDesign,
    gamma: NDArray[np.float64],
    weight: NDArray[np.float64],
    shrunk: NDArray[np.float64],
    coefficients: NDArray[np.float64],
) -> tuple[tuple[NDArray[np.float64], ...], float]:
    """Sums of the residuals per level of each factor, and the penalised sum of squares, from the residuals themselves.

    Differences of large sums would lose the digits of a residual that is small beside the effects.
    """
    contrast = np.append(-coefficients, 1.0)
    other_effects = shrunk @ contrast
    own_effects = weight * (design.own_sums @ contrast - design.crossing @ other_effects)
    residual = design.fixed.remainder - design.fixed.basis @ coefficients
    effects = {design.own: own_effects} | {k: other_effects[block] for k, block in design.block_of.items()}
    for k, factor in enumerate(design.factors):
        residual = residual - effects[k][factor.index]
    sums = tuple(level_sums(factor, residual) for factor in design.factors)
    penalty = sum(float(gamma[k] * (part @ part)) for k, part in enumerate(sums))
    return sums, float(residual @ residual) + penalty


def _cholesky(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lower Cholesky factor of a symmetric positive definite matrix, which is overwritten."""
    if not matrix.size:
        return matrix
    factor, failed = lapack.dpotrf(matrix.T, lower=1, clean=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError("not positive definite")
    result: NDArray[np.float64] = factor
    return result


def _solved(factor: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(L L')^-1 right`."""
    if not factor.size:
        return right
    solution, _ = lapack.dpotrs(factor, right, lower=1)
    result: NDArray[np.float64] = solution
    return result


def inverse_of(fit: Fit) -> NDArray[np.float64]:
    """`S^-1` (width, width), both halves filled."""
    if not fit.factor.size:
        return fit.factor
    if len(fit.factor) <= FEW_LEVELS:
        # LAPACK's call for the whole inverse starts threads even for a few raters, which costs more than it saves.
        root, _ = lapack.dtrtri(fit.factor, lower=1)
        small: NDArray[np.float64] = root.T @ root
        return small
    lower, _ = lapack.dpotri(fit.factor, lower=1)
    result: NDArray[np.float64] = np.tril(lower) + np.tril(lower, -1).T
    return result


@dataclass(frozen=True)
class Slope:
    """Slope (factors,) of the criterion along the variance ratios, and its average information (factors, factors)."""

    gradient: NDArray[np.float64]
    information: NDArray[np.float64]


def slope_at(fit: Fit) -> Slope:
    """Derivatives of the criterion by the variance ratios.

    `d / d gamma_k = tr(P Z_k Z_k') - d |Z_k' P y|^2 / r2`; the curvature is approximated by the average of the observed
    and the expected one, which needs no further traces: `d (q_kl / r2 - q_k q_l / r2^2)`, `q_kl = y'P V_k P V_l P y`.
    Source: Gilmour, Thompson & Cullis (1995), for a profiled residual variance.
    """
    quadratic = np.array([float(sums @ sums) for sums in fit.residual_sums])
    inverse = inverse_of(fit)
    spread = fixed_parts(fit)
    trace = _traces(fit, inverse)
    if fit.restricted:
        trace = trace - [float(np.sum((part @ fit.covariance) * part)) for part in spread]
    gradient = trace - fit.degrees * quadratic / fit.squares
    curves = _curvature_products(fit, spread)
    information = fit.degrees * (curves / fit.squares - np.outer(quadratic, quadratic) / fit.squares**2)
    return Slope(gradient, information)


def fixed_parts(fit: Fit) -> list[NDArray[np.float64]]:
    """`Z_k' V^-1 X` (levels, kept) of each factor, in the basis of the fixed part."""
    design, kept = fit.design, fit.kept
    shrunk = fit.shrunk[:, :kept]
    others = fit.other_sums[:, :kept] - fit.rest @ shrunk
    own = fit.own_share[:, None] * (design.own_sums[:, :kept] - design.crossing @ shrunk)
    return [own if k == design.own else others[design.block_of[k]] for k in range(len(design.factors))]


def _traces(fit: Fit, inverse: NDArray[np.float64]) -> NDArray[np.float64]:
    """`tr(Z_k' V^-1 Z_k)` of each factor."""
    design = fit.design
    traces = np.zeros(len(design.factors))
    middle = fit.root[:, None] * inverse * fit.root
    count = design.factors[design.own].count
    traces[design.own] = np.sum(count * fit.own_share) - np.sum(middle * design.weighted_overlap(fit.own_share**2))
    diagonal = np.diagonal(inverse)
    for k, block in design.block_of.items():
        if fit.gamma[k] > SMALL_RATIO:
            traces[k] = np.sum(1 - diagonal[block]) / fit.gamma[k]
        else:
            part = fit.rest[block]
            traces[k] = np.trace(fit.rest[block, block]) - np.sum((part @ middle) * part)
    return traces


def _curvature_products(fit: Fit, spread: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """`y'P V_k P V_l P y` (factors, factors), from sums per level only."""
    design, number = fit.design, len(fit.design.factors)
    own, others = np.zeros((design.factors[design.own].size, number)), np.zeros((design.width, number))
    for k, sums in enumerate(fit.residual_sums):
        if k == design.own:
            own[:, k], others[:, k] = design.factors[k].count * sums, design.crossing.T @ sums
        else:
            wide = np.zeros(design.width)
            wide[design.block_of[k]] = sums
            own[:, k], others[:, k] = design.crossing @ wide, design.overlap @ wide
    pieces = [own if k == design.own else others[design.block_of[k]] for k in range(number)]
    plain = np.array([fit.residual_sums[k] @ pieces[k] for k in range(number)])
    weighted = (fit.gamma[design.own] * fit.own_share)[:, None] * own
    left = others - design.crossing.T @ weighted
    shrunk = fit.root[:, None] * _solved(fit.factor, fit.root[:, None] * left)
    along_fixed = np.array([part.T @ sums for part, sums in zip(spread, fit.residual_sums, strict=True)])
    result: NDArray[np.float64] = (
        plain - own.T @ weighted - left.T @ shrunk - along_fixed @ fit.covariance @ along_fixed.T
    )
    return result
