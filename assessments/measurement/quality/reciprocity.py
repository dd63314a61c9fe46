"""Reciprocal ratings: pairs of people who rate each other higher than both rate others and are rated by others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from assessments.measurement.quality.answer_table import Numbers, Reasons
from assessments.measurement.quality.errors import AnswerTableError, SettingError
from assessments.measurement.reasons import NotEstimable, Reason

LEAST_PAIRS = 3
MOST_SWEEPS = 500
CELLS_AT_ONCE = 4_000_000
LEAST_DRAWS, MOST_DRAWS = 99, 100_000


@dataclass(frozen=True)
class ReciprocalRatings:
    """Pairs who rate each other (pairs,), and whether such ratings go together at all.

    `first`, `second` persons; `of_first`, `of_second`: what each gave the other beyond severity and level, in standard
    deviations; `p_values` of both being so high; `association`: mean product of the two, 0 without favours, with
    `association_p`; NO_VARIATION in `reasons`, and p 1, when severity and level explain everything.
    """

    first: NDArray[np.generic]
    second: NDArray[np.generic]
    of_first: Numbers
    of_second: Numbers
    p_values: Numbers
    reasons: Reasons
    association: float | NotEstimable
    association_p: float


def reciprocal_ratings(
    value: ArrayLike, *, rater: ArrayLike, subject: ArrayLike, seed: int, draws: int = 499
) -> ReciprocalRatings:
    """Find pairs who rate each other high, and test whether ratings of pairs go together.

    `value` (ratings,) one number per rater and subject, such as an overall mean, without self-assessments. What is left
    after severity and level, `e = y - m - rater - subject` by least squares, is compared with all ratings:

        p of a pair = share of all pairs of ratings of which both are as high as the lower one of this pair
        p of the association = (1 + draws as high) / (1 + draws), the e being exchanged at random between all
        ratings and freed of severity and level again

    Raises AnswerTableError for numbers that are not finite, a rater twice with a subject, or self-assessments;
    SettingError. Source: the social relations model, Kenny (1994); permutation of residuals, Freedman and
    Lane (1983).

    >>> rater, subject = list("aaabbbcccddd"), list("bcdacdabdabc")
    >>> found = reciprocal_ratings([5, 3, 3, 5, 3, 3, 3, 3, 3, 3, 3, 3], rater=rater, subject=subject, seed=1)
    >>> found.first[:2].tolist(), found.second[:2].tolist(), found.of_first[:2].round(3).tolist()
    (['a', 'a'], ['b', 'c'], [1.414, -0.707])
    """
    numbers, people, a, b = _checked(value, rater=rater, subject=subject)
    if not LEAST_DRAWS <= draws <= MOST_DRAWS:
        raise SettingError(draws=draws)
    forward, backward = _mutual(a, b, people=len(people))
    rest = _residuals(numbers[:, None], rater=a, subject=b, people=len(people), tolerance=1e-10)[:, 0]
    spread = float(np.sqrt((rest**2).mean())) if len(rest) else 0.0
    scale = float(np.ptp(numbers)) if len(numbers) else 0.0
    if spread <= 1e-7 * scale or not scale:
        rest, reason = np.zeros_like(rest), Reason.NO_VARIATION
    else:
        rest, reason = rest / spread, Reason.ESTIMATED
    association: float | NotEstimable = NotEstimable(
        reason if reason is not Reason.ESTIMATED else Reason.TOO_FEW_VALUES
    )
    association_p = 1.0
    if reason is Reason.ESTIMATED and len(forward) >= LEAST_PAIRS:
        association, association_p = _association(
            rest, sides=(a, b), pairs=(forward, backward), people=len(people), seed=seed, draws=draws
        )
    low = np.minimum(rest[forward], rest[backward])
    higher = len(rest) - np.searchsorted(np.sort(rest), low - 1e-9, side="left")
    p_values = higher * (higher - 1) / max(len(rest) * (len(rest) - 1), 1)
    return ReciprocalRatings(
        first=people[a[forward]],
        second=people[b[forward]],
        of_first=rest[forward],
        of_second=rest[backward],
        p_values=p_values if reason is Reason.ESTIMATED else np.ones_like(p_values),
        reasons=np.full(len(forward), reason, dtype=np.int8),
        association=association,
        association_p=association_p,
    )


Index = NDArray[np.int64]


def _checked(
    value: ArrayLike, *, rater: ArrayLike, subject: ArrayLike
) -> tuple[Numbers, NDArray[np.generic], Index, Index]:
    """Numbers, the people in order, and who rates whom."""
    numbers, raters, subjects = np.asarray(value, dtype=np.float64), np.asarray(rater), np.asarray(subject)
    if numbers.ndim != 1 or raters.shape != numbers.shape or subjects.shape != numbers.shape:
        raise AnswerTableError(ratings=numbers.shape, raters=raters.shape, subjects=subjects.shape)
    people, place = np.unique(np.concatenate([raters, subjects]), return_inverse=True)
    a, b = place[: len(numbers)].astype(np.int64), place[len(numbers) :].astype(np.int64)
    if not np.isfinite(numbers).all() or (a == b).any() or len(np.unique(a * len(people) + b)) != len(a):
        raise AnswerTableError(ratings=len(numbers))
    return numbers, people, a, b


def _mutual(a: Index, b: Index, *, people: int) -> tuple[Index, Index]:
    """Where both ratings of each pair stand, pairs in the order of the people."""
    key, reverse = a * people + b, b * people + a
    order = np.argsort(key)
    place = np.minimum(np.searchsorted(key[order], reverse), max(len(key) - 1, 0))
    forward = np.flatnonzero((key[order][place] == reverse) & (a < b)) if len(key) else np.zeros(0, dtype=np.int64)
    forward = forward[np.argsort(key[forward])]
    return forward, order[place[forward]] if len(key) else forward


def _residuals(value: Numbers, *, rater: Index, subject: Index, people: int, tolerance: float) -> Numbers:
    """What severity and level leave of each rating (ratings, columns), each column by itself.

    Means of raters and of subjects are taken out in turn until they stay 0 within the tolerance.
    """
    rest = value - value.mean(axis=0) if len(value) else value
    places = np.arange(len(value))
    by_rater, by_subject = (
        csr_array((np.ones(len(value)), (side, places)), shape=(people, len(value))) for side in (rater, subject)
    )
    given, received = (np.maximum(np.bincount(side, minlength=people), 1)[:, None] for side in (rater, subject))
    limit = tolerance * float(np.ptp(value)) if len(value) else 0.0
    for _ in range(MOST_SWEEPS):
        rest = rest - (by_rater @ rest / given)[rater]
        of_subject = by_subject @ rest / received
        rest = rest - of_subject[subject]
        if np.abs(of_subject).max(initial=0.0) <= limit:
            break
    return rest


def _association(
    rest: Numbers, *, sides: tuple[Index, Index], pairs: tuple[Index, Index], people: int, seed: int, draws: int
) -> tuple[float, float]:
    """Mean product over the pairs, and how often chance gives as high a one."""
    random = np.random.default_rng(seed)
    observed = float((rest[pairs[0]] * rest[pairs[1]]).mean())
    above, step = 0, max(CELLS_AT_ONCE // len(rest), 1)
    for start in range(0, draws, step):
        drawn = np.column_stack([random.permutation(rest) for _ in range(min(step, draws - start))])
        # Taking out severity and level ties what is left together a little, so the draws go through the same.
        drawn = _residuals(drawn, rater=sides[0], subject=sides[1], people=people, tolerance=1e-4)
        drawn /= np.sqrt((drawn**2).mean(axis=0))
        above += int(((drawn[pairs[0]] * drawn[pairs[1]]).mean(axis=0) >= observed - 1e-12).sum())
    return observed, (1 + above) / (1 + draws)
