"""Person fit: whether a form's answers are those that the model expects of such a person (lz and lz*)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from assessments.measurement.quality.answer_table import Flags, Numbers, Reasons
from assessments.measurement.quality.errors import AnswerTableError, ProbabilityError
from assessments.measurement.reasons import Reason

ROUNDING = 1e-12


@dataclass(frozen=True)
class PersonFit:
    """Fit per form (forms,), about 0 with spread 1 when the model holds; low is misfit, with its one-sided p-value.

    0 and 1 with a `reasons` code where it is not estimable.
    """

    value: Numbers
    p_values: Numbers
    reasons: Reasons


def person_fit(categories: ArrayLike, *, probabilities: Numbers, answered: Flags | None = None) -> PersonFit:
    """Give lz: how likely a form's answers are, compared with what the model expects, in standard deviations.

    `categories` (forms, items) whole numbers from 0; `probabilities` (forms, items, categories) of the model, at the
    person's known level (for an estimated one see corrected_person_fit). Raises AnswerTableError, ProbabilityError.

        l = sum of log P(answer)       lz = (l - E l) / sd(l)       E l = sum over items and k of P_k log P_k
        Var l = sum over items of (sum over k of P_k (log P_k)^2 - (sum over k of P_k log P_k)^2)

    Source: Drasgow, Levine and Williams (1985), British Journal of Mathematical and Statistical Psychology 38.

    >>> p = np.array([[[0.2, 0.8], [0.7, 0.3]]])
    >>> person_fit([[1, 0]], probabilities=p).value.round(4).tolist()
    [0.7851]
    """
    seen = _terms(categories, probabilities=probabilities, answered=answered)
    return _fit(seen.likelihood, variance=seen.variance, given=seen.given)


def corrected_person_fit(
    categories: ArrayLike, *, probabilities: Numbers, derivatives: Numbers, answered: Flags | None = None
) -> PersonFit:
    """Give lz*: person fit when the person's level was estimated from the same answers.

    `derivatives` (forms, items, categories) of the probabilities by the level, at the estimate. What the estimate has
    already adapted to is taken out of l, so that the spread is 1 again:

        I = sum P'^2 / P       c = sum P' log P / I       s = sum of P' / P of the answers
        lz* = (l - E l - c s) / sqrt(Var l - c^2 I)

    s is what the estimating equation sets to minus its prior's or weight's pull, so that this holds for
    maximum likelihood, weighted likelihood and Bayes modal estimates alike. Raises AnswerTableError, ProbabilityError.
    Source: Snijders (2001), Psychometrika 66; for more categories Sinharay (2016), Psychometrika 81.

    >>> p = np.array([[[0.2, 0.8], [0.7, 0.3], [0.5, 0.5]]])
    >>> slope = category_derivatives(p)
    >>> corrected_person_fit([[0, 1, 1]], probabilities=p, derivatives=slope).value.round(4).tolist()
    [-2.565]
    """
    seen = _terms(categories, probabilities=probabilities, answered=answered)
    if derivatives.shape != probabilities.shape or not np.isfinite(derivatives[seen.given]).all():
        raise ProbabilityError(shape=derivatives.shape)
    slope = np.where(seen.given[:, :, None], derivatives, 0.0)
    score = slope / np.where(seen.probability > 0, seen.probability, 1.0)
    of_answer = np.take_along_axis(score, seen.category[:, :, None], axis=2)[:, :, 0].sum(axis=1)
    information = np.einsum("fik,fik->f", slope, score)
    shared = np.einsum("fik,fik->f", slope, seen.log)
    weight = shared / np.where(information > 0, information, 1.0)
    variance = seen.variance - weight * shared
    variance = np.where(variance > ROUNDING * seen.variance, variance, 0.0)
    return _fit(seen.likelihood - weight * of_answer, variance=variance, given=seen.given)


def category_derivatives(probabilities: Numbers, *, discrimination: float | Numbers = 1.0) -> Numbers:
    """Derivatives of category probabilities by the level in Rasch-like models: `P'_k = a P_k (k - E)`.

    `probabilities` (forms, items, categories); `discrimination` one number or (items,). For Rasch, rating scale,
    partial credit and two-parameter models.

    >>> category_derivatives(np.array([[[0.2, 0.8]]])).round(2).tolist()
    [[[-0.16, 0.16]]]
    """
    category = np.arange(probabilities.shape[-1])
    expected = probabilities @ category
    slope: Numbers = probabilities * (category - expected[..., None]) * np.asarray(discrimination)[..., None]
    return slope


@dataclass(frozen=True)
class _Terms:
    """What both indices are made of: `likelihood` and its `variance` (forms,) about the expectation."""

    category: NDArray[np.int64]
    given: Flags
    probability: Numbers
    log: Numbers
    likelihood: Numbers
    variance: Numbers


def _terms(categories: ArrayLike, *, probabilities: Numbers, answered: Flags | None) -> _Terms:
    """Check the input; logarithms of probabilities, 0 where the probability is 0 or nothing was answered."""
    values = np.asarray(categories)
    given = np.ones(values.shape, dtype=np.bool_) if answered is None else answered
    if values.ndim != 2 or given.shape != values.shape or probabilities.shape[:-1] != values.shape:
        raise AnswerTableError(shape=values.shape, probabilities=probabilities.shape)
    if given.dtype != np.bool_ or values.dtype.kind not in "iuf" or not np.isfinite(values[given]).all():
        raise AnswerTableError(shape=values.shape, probabilities=probabilities.shape)
    category = np.where(given, values, 0).astype(np.int64)
    known = np.where(given[:, :, None], probabilities, 1.0 / max(probabilities.shape[-1], 1))
    if (category[given] != values[given]).any() or ((category < 0) | (category >= probabilities.shape[-1])).any():
        raise AnswerTableError(categories=probabilities.shape[-1])
    if not (np.isfinite(known).all() and (known >= 0).all() and (np.abs(known.sum(axis=2) - 1) < 1e-6).all()):
        raise ProbabilityError(shape=probabilities.shape)
    of_answer = np.take_along_axis(known, category[:, :, None], axis=2)[:, :, 0]
    if (of_answer == 0).any():
        raise ProbabilityError(form=int(np.argwhere(of_answer == 0)[0, 0]))
    log = np.where(given[:, :, None], np.log(np.where(known > 0, known, 1.0)), 0.0)
    expected = np.einsum("fik,fik->fi", known, log)
    variance = np.einsum("fik,fik->fi", known, (log - expected[:, :, None]) ** 2).sum(axis=1)
    likelihood = (np.take_along_axis(log, category[:, :, None], axis=2)[:, :, 0] - expected).sum(axis=1)
    return _Terms(category, given, known, log, likelihood, variance)


def _fit(distance: Numbers, *, variance: Numbers, given: Flags) -> PersonFit:
    """Distances in standard deviations with their reasons."""
    has = given.any(axis=1)
    reasons = np.where(variance > ROUNDING, Reason.ESTIMATED, Reason.NO_VARIATION)
    reasons = np.where(has, reasons, Reason.NO_ANSWERS).astype(np.int8)
    is_there = reasons == Reason.ESTIMATED
    value = np.where(is_there, distance / np.sqrt(np.where(is_there, variance, 1.0)), 0.0)
    return PersonFit(value, np.where(is_there, norm.cdf(value), 1.0), reasons)
