"""Fleiss' kappa: how far several raters put the same things into the same categories, beyond chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.reliability.codes import category_codes, category_counts
from assessments.measurement.reliability.errors import ScoresError
from assessments.measurement.reliability.tables import score_table


@dataclass(frozen=True)
class KappaTest:
    """The test that raters agree by chance only: standard error then, z and its two-sided probability."""

    standard_error: float
    z: float
    p: float


@dataclass(frozen=True)
class CategoryKappas:
    """Kappa of each category against all others (categories,), with z and its two-sided probability.

    `z` and `p` are 0 when subjects have different numbers of raters (`test` of the whole has the reason).
    """

    categories: tuple[object, ...]
    value: NDArray[np.float64]
    z: NDArray[np.float64]
    p: NDArray[np.float64]


@dataclass(frozen=True)
class FleissKappa:
    """Kappa with its test, the exact kappa of Conger, and kappa of each category.

    `exact` needs to know who rated what, and `test` the same number of raters for all: else they have a reason.
    """

    value: float
    agreement: float
    chance: float
    test: KappaTest | NotEstimable
    exact: float | NotEstimable
    of_categories: CategoryKappas
    subjects: int


def fleiss_kappa(ratings: ArrayLike) -> FleissKappa | NotEstimable:
    """Say how far raters agree beyond chance about categories without an order.

    `ratings` (subjects, raters): words or numbers, None or NaN where missing. `kappa = (P - P_e) / (1 - P_e)`, P the
    mean over subjects of the share of agreeing pairs of raters, `P_e = sum of p_j^2`. Exact: `P_e` is the mean over
    pairs of raters of the product of their own shares. Without agreement, over N subjects and m raters, `SE^2 = 2
    ((sum p q)^2 - sum p q (q - p)) / (N m (m - 1) (sum p q)^2)`, of one category `2 / (N m (m - 1))`. Subjects with
    fewer than two ratings tell nothing. Not estimable when none has two, or all ratings are equal. Raises ScoresError.
    Sources: Fleiss (1971), Psychological Bulletin 76, 378-382; Fleiss, Nee and Landis (1979), Psychological Bulletin
    86, 974-977; Conger (1980), Psychological Bulletin 88, 322-328.

    >>> found = fleiss_kappa([["a", "a", "a"], ["a", "b", "b"], ["b", "b", "b"]])
    >>> round(found.value, 4), round(found.exact, 4)
    (0.55, 0.5714)
    """
    codes = category_codes(ratings)
    found = _kappa(category_counts(codes), categories=codes.categories)
    if isinstance(found, NotEstimable) or (codes.places < 0).any():
        return found
    return FleissKappa(**{**vars(found), "exact": _exact(codes.places, found.agreement, len(codes.categories))})


def fleiss_kappa_of_counts(counts: ArrayLike) -> FleissKappa | NotEstimable:
    """Say the same from how many raters chose each category for each subject (subjects, categories).

    Raises ScoresError. Sources: as fleiss_kappa.

    >>> round(fleiss_kappa_of_counts([[3, 0], [1, 2], [0, 3]]).value, 4)
    0.55
    """
    table = score_table(counts)
    if not np.isfinite(table).all() or (table < 0).any() or (table != np.rint(table)).any():
        raise ScoresError(counts="not_whole")
    return _kappa(table.astype(np.int64), categories=tuple(range(table.shape[1])))


def _kappa(counts: NDArray[np.int64], *, categories: tuple[object, ...]) -> FleissKappa | NotEstimable:
    """Kappa from counts, all but the exact one."""
    chosen = counts[counts.sum(axis=1) >= 2].astype(np.float64)
    if not len(chosen):
        return NotEstimable(Reason.TOO_FEW_VALUES)
    raters = chosen.sum(axis=1)
    share = chosen.sum(axis=0) / raters.sum()
    if share.max() == 1:
        return NotEstimable(Reason.NO_VARIATION)
    pairs = raters * (raters - 1)
    agreement = float(((chosen * (chosen - 1)).sum(axis=1) / pairs).mean())
    chance = float(share @ share)
    value = (agreement - chance) / (1 - chance)
    is_even = raters.min() == raters.max()
    return FleissKappa(
        value=value,
        agreement=agreement,
        chance=chance,
        test=_test(value, share, float(pairs.sum())) if is_even else NotEstimable(Reason.PART_MISSING),
        exact=NotEstimable(Reason.PART_MISSING),
        of_categories=_of_categories(chosen, share, pairs, categories=categories, is_even=bool(is_even)),
        subjects=len(chosen),
    )


def _test(value: float, share: NDArray[np.float64], pairs: float) -> KappaTest:
    """Test of kappa when there is no agreement beyond chance."""
    both = share * (1 - share)
    spread = float(both.sum())
    error = float(np.sqrt(2 * (spread**2 - float(both @ (1 - 2 * share))) / pairs) / spread)
    return KappaTest(error, value / error, float(2 * ndtr(-abs(value / error))))


def _of_categories(
    counts: NDArray[np.float64],
    share: NDArray[np.float64],
    pairs: NDArray[np.float64],
    *,
    categories: tuple[object, ...],
    is_even: bool,
) -> CategoryKappas:
    """Each category against all others; one that nobody chose is left out."""
    chosen = share > 0
    counts, share = counts[:, chosen], share[chosen]
    raters = counts.sum(axis=1)
    # Pairs that disagree about the category, against those expected when raters choose by chance.
    unlike = (counts * (raters[:, None] - counts) / pairs[:, None]).mean(axis=0)
    value = 1 - unlike / (share * (1 - share))
    z = value / np.sqrt(2 / pairs.sum()) if is_even else np.zeros(len(value))
    p = 2 * ndtr(-np.abs(z)) if is_even else np.zeros(len(value))
    names = tuple(category for category, is_chosen in zip(categories, chosen, strict=True) if is_chosen)
    return CategoryKappas(names, value, z, p)


def _exact(places: NDArray[np.intp], agreement: float, categories: int) -> float | NotEstimable:
    """Conger's kappa: chance by the shares of every two raters."""
    subjects, raters = places.shape
    shares = np.stack([np.bincount(column, minlength=categories) for column in places.T]) / subjects
    together = shares.sum(axis=0)
    chance = float((together @ together - (shares**2).sum()) / (raters * (raters - 1)))
    if not chance < 1:
        return NotEstimable(Reason.NO_VARIATION)
    return (agreement - chance) / (1 - chance)
