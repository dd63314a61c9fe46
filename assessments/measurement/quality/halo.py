"""Halo: raters whose profiles are flatter than those of others, as if one impression coloured every competency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.quality.answer_table import AnswerTable, Flags, Numbers, Reasons
from assessments.measurement.quality.errors import AnswerTableError, ProbabilityError, SettingError
from assessments.measurement.quality.synonyms import column_means
from assessments.measurement.reasons import Reason

LEVELS = 10
LEAST_FORMS = 2
LEAST_DRAWS, MOST_DRAWS = 99, 100_000


@dataclass(frozen=True)
class Halo:
    """Flatness of each rater's profiles (raters,), raters in sorted order.

    `variance` between the competencies of one form, averaged over the rater's forms; `expected` for the same levels;
    `ratio` of both, below 1 for flat profiles; `p_values` of being so flat by chance. 0, and p 1, with a `reasons`
    code.
    """

    raters: NDArray[np.generic]
    forms: NDArray[np.int64]
    variance: Numbers
    expected: Numbers
    ratio: Numbers
    p_values: Numbers
    reasons: Reasons


def halo(answers: AnswerTable, *, rater: ArrayLike, seed: int, draws: int = 999) -> Halo:
    """Compare how much each rater's forms differ between competencies with forms of the same level by anyone.

    `answers` (forms, competencies): a rater's value of each; `rater` (forms,). Values are taken about the competency's
    mean over all forms; forms are sorted into ten levels by their own mean, because a form near the end of the scale
    cannot vary. The p-value draws, for each rater, as many forms at random from the same levels: no model is needed,
    but a halo that all raters share is not seen. Needs two forms with two competencies each. Raises AnswerTableError,
    SettingError.

        ratio = sum of (n - 1) s^2 of the rater's forms / sum of (n - 1) s^2 expected
        p = (1 + draws with a ratio as low) / (1 + draws)

    Source: Saal, Downey and Lahey (1980), Psychological Bulletin 88; Davison and Hinkley (1997), chapter 4.

    >>> from assessments.measurement.quality.answer_table import answers_of
    >>> forms = answers_of([[3, 3], [3, 3], [2, 4], [4, 2]])
    >>> halo(forms, rater=["flat", "flat", "other", "other"], seed=1).ratio.tolist()
    [0.0, 2.0]
    """
    raters, owner = _owners(rater, answers=answers, draws=draws)
    squares, degrees, level = _within(answers, means=column_means(answers))
    used = np.flatnonzero(degrees > 0)
    owner_of_used, stratum = owner[used], _levels(level[used])
    order = np.argsort(stratum, kind="stable")
    size = np.bincount(stratum)
    start = np.cumsum(size) - size
    pooled = np.bincount(stratum, weights=squares[used]) / np.bincount(stratum, weights=degrees[used])
    mean_square = (squares[used] / degrees[used])[order]
    random = np.random.default_rng(seed)

    def drawn() -> Numbers:
        """Sums of squares per rater of forms drawn at random from the same levels."""
        chosen = start[stratum] + (random.random(len(used)) * size[stratum]).astype(np.int64)
        return _sums(mean_square[chosen] * degrees[used], owner=owner_of_used, raters=len(raters))

    observed = _sums(squares[used], owner=owner_of_used, raters=len(raters))
    expected = _sums(pooled[stratum] * degrees[used], owner=owner_of_used, raters=len(raters))
    below = sum((drawn() <= observed * (1 + 1e-9) for _ in range(draws)), start=np.zeros(len(raters), dtype=np.int64))
    return _result(raters, owner_of_used, degrees[used], observed, expected, p_values=(1 + below) / (1 + draws))


def _levels(level: Numbers) -> NDArray[np.int64]:
    """Which of ten parts of about equal size each form's level is in; equal levels stay together."""
    # Rounded, so that levels that differ only by arithmetic are equal ones.
    spread = float(level.std()) if len(level) else 0.0
    rounded = np.round((level - level.mean()) / spread, 9) if spread else np.zeros(len(level))
    parts = np.arange(1, LEVELS) / LEVELS
    edges = np.quantile(rounded, parts, method="lower") if len(level) else np.zeros(LEVELS - 1)
    return np.unique(np.searchsorted(edges, rounded, side="right"), return_inverse=True)[1].astype(np.int64)


def halo_under_model(
    answers: AnswerTable,
    *,
    rater: ArrayLike,
    item_counts: Sequence[int],
    probabilities: Numbers,
    scale: ArrayLike,
    seed: int,
    draws: int = 199,
) -> Halo:
    """Compare how much each rater's forms differ between competencies with forms that a model draws.

    `answers` (forms, items), competencies of `item_counts` adjacent items; `probabilities` (forms, items, categories)
    from a model without halo, such as a many-facet Rasch model; `scale` (categories,) the value of each category. Each
    draw answers all the answered items anew. As halo otherwise; a halo that all raters share is seen here. Raises
    AnswerTableError, ProbabilityError, SettingError. Source: Linacre (1989), Many-Facet Rasch Measurement;
    parametric bootstrap, Davison and Hinkley (1997), chapter 4.

    >>> from assessments.measurement.quality.answer_table import answers_of
    >>> even = np.full((2, 4, 2), 0.5)
    >>> forms = answers_of([[1, 2, 2, 1], [2, 1, 1, 2]])
    >>> halo_under_model(
    ...     forms, rater=[0, 0], item_counts=(1, 1, 1, 1), probabilities=even, scale=(1, 2), seed=1
    ... ).variance.round(3).tolist()
    [0.333]
    """
    raters, owner = _owners(rater, answers=answers, draws=draws)
    values = np.asarray(scale, dtype=np.float64)
    shape = (*answers.values.shape, len(values))
    if (
        probabilities.shape != shape
        or not (probabilities >= 0).all()
        or (abs(probabilities.sum(axis=2) - 1) > 1e-6).any()
    ):
        raise ProbabilityError(shape=probabilities.shape, expected=shape)
    if sum(item_counts) != answers.values.shape[1] or min(item_counts, default=0) < 1:
        raise AnswerTableError(item_counts=tuple(item_counts), items=answers.values.shape[1])
    limits = np.cumsum(probabilities, axis=2)[:, :, :-1]
    random = np.random.default_rng(seed)
    given = _competencies(answers, item_counts=item_counts)
    means = column_means(given)
    squares, degrees, _ = _within(given, means=means)

    def drawn() -> Numbers:
        """Sums of squares per rater of one cycle that the model draws."""
        category = (random.random(answers.values.shape)[:, :, None] >= limits).sum(axis=2)
        invented = AnswerTable(np.where(answers.answered, values[category], 0.0), answers.answered)
        competencies = _competencies(invented, item_counts=item_counts)
        return _sums(_within(competencies, means=means)[0], owner=owner, raters=len(raters))

    observed = _sums(squares, owner=owner, raters=len(raters))
    invented = np.array([drawn() for _ in range(draws)])
    below = (invented <= observed * (1 + 1e-9)).sum(axis=0)
    used = degrees > 0
    p_values = (1 + below) / (1 + draws)
    return _result(raters, owner[used], degrees[used], observed, invented.mean(axis=0), p_values=p_values)


def _owners(rater: ArrayLike, *, answers: AnswerTable, draws: int) -> tuple[NDArray[np.generic], NDArray[np.int64]]:
    """The raters in order and whose each form is."""
    given = np.asarray(rater)
    if given.shape != (len(answers.values),):
        raise AnswerTableError(forms=len(answers.values), raters=given.shape)
    if not LEAST_DRAWS <= draws <= MOST_DRAWS:
        raise SettingError(draws=draws)
    raters, owner = np.unique(given, return_inverse=True)
    return raters, owner.astype(np.int64)


def _sums(value: Numbers | NDArray[np.int64], *, owner: NDArray[np.int64], raters: int) -> Numbers:
    """Sum of the values of each rater's forms."""
    return np.bincount(owner, weights=value, minlength=raters).astype(np.float64)


def _within(answers: AnswerTable, *, means: Numbers) -> tuple[Numbers, NDArray[np.int64], Numbers]:
    """Sum of squares within each form about its own mean, degrees of freedom, and the form's level."""
    counts = answers.counts
    centred = np.where(answers.answered, answers.values - means, 0.0)
    level = centred.sum(axis=1) / np.maximum(counts, 1)
    rest = np.where(answers.answered, centred - level[:, None], 0.0)
    return np.einsum("fc,fc->f", rest, rest), np.maximum(counts - 1, 0), level


def _competencies(answers: AnswerTable, *, item_counts: Sequence[int]) -> AnswerTable:
    """Mean answer to each competency's items, answered when one of them is."""
    starts = np.concatenate(([0], np.cumsum(item_counts)[:-1]))
    counts = np.add.reduceat(answers.answered, starts, axis=1, dtype=np.int64)
    given: Flags = counts > 0
    return AnswerTable(np.add.reduceat(answers.values, starts, axis=1) / np.maximum(counts, 1), given)


def _result(
    raters: NDArray[np.generic],
    owner: NDArray[np.int64],
    degrees: NDArray[np.int64],
    observed: Numbers,
    expected: Numbers,
    *,
    p_values: Numbers,
) -> Halo:
    """Ratios and reasons of all raters."""
    forms = np.bincount(owner, minlength=len(raters))
    total = _sums(degrees, owner=owner, raters=len(raters))
    reasons = np.where(expected > 1e-12 * np.maximum(total, 1), Reason.ESTIMATED, Reason.NO_VARIATION)
    reasons = np.where(forms < LEAST_FORMS, Reason.TOO_FEW_VALUES, reasons).astype(np.int8)
    is_there = reasons == Reason.ESTIMATED
    per_degree = np.where(is_there, 1 / np.maximum(total, 1), 0.0)
    ratio = np.where(is_there, observed / np.where(is_there, expected, 1.0), 0.0)
    p_values = np.where(is_there, p_values, 1.0)
    return Halo(raters, forms, observed * per_degree, expected * per_degree, ratio, p_values, reasons)
