"""Decision study: how dependable scores are with so many raters and items, compared with each other or a level."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assessments.measurement.generalizability.errors import SizeError, TargetError
from assessments.measurement.generalizability.errors_of_scores import Roles, checked_sizes, divisors, roles, variances
from assessments.measurement.generalizability.g_study import GStudy
from assessments.measurement.reasons import NotEstimable, Reason

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class DStudy:
    """How dependable a score is.

    Variances in the scale's unit squared. `generalizability` (E rho^2) is for comparing persons, `dependability` (Phi)
    for levels, both from 0 to 1. `mean_error_variance`: error variance of the mean over the persons of the study.
    """

    universe_variance: float
    relative_error_variance: float
    absolute_error_variance: float
    mean_error_variance: float
    generalizability: float
    dependability: float


@dataclass(frozen=True)
class DStudyTable:
    """Many planned studies at once; arrays in the shape of the sizes, 0 with a `reasons` code if not estimable."""

    universe_variance: Numbers
    relative_error_variance: Numbers
    absolute_error_variance: Numbers
    generalizability: Numbers
    dependability: Numbers
    reasons: NDArray[np.int8]


def d_study(
    study: GStudy,
    *,
    sizes: Mapping[str, float],
    measured: str | None = None,
    fixed: Collection[str] = (),
    design: str | None = None,
) -> DStudy | NotEstimable:
    """Tell how dependable the mean over so many conditions of each facet is.

    `sizes`: numbers per facet other than the `measured` one (else the first that is not nested) and its nests, for a
    nested facet per nest; `fixed` facets whose conditions are all there are; `design` nests what the study crossed,
    such as raters within persons: their severity is then relative error too. Raises SizeError, DesignError.

        E rho^2 = s2_universe / (s2_universe + s2_relative)       Phi = s2_universe / (s2_universe + s2_absolute)

    Each component is divided by the numbers of its facets. Source: Cronbach, Gleser, Nanda and Rajaratnam (1972);
    Brennan (2001), chapter 4.

    >>> from assessments.measurement.generalizability.g_study import g_study
    >>> study = g_study([1, 2, 4, 6], facets={"p": [0, 0, 1, 1], "i": [0, 1, 0, 1]}, design="p x i")
    >>> found = d_study(study, sizes={"i": 2})
    >>> round(found.generalizability, 4), round(found.dependability, 4)
    (0.9796, 0.9057)
    """
    found = roles(study, measured=measured, fixed=fixed, design=design)
    shares = [1 / product for product in divisors(found, sizes=checked_sizes(sizes, found=found))]
    if any(share.shape for share in shares):
        raise SizeError(facets=sorted(sizes))
    return _single(study, found=found, shares=shares)


def d_study_table(
    study: GStudy,
    *,
    sizes: Mapping[str, ArrayLike],
    measured: str | None = None,
    fixed: Collection[str] = (),
    design: str | None = None,
) -> DStudyTable:
    """Tell how dependable scores are for arrays of sizes at once: each person's own number of raters, or a grid.

    As d_study, with sizes as arrays that fit together. Raises SizeError, DesignError.

    >>> from assessments.measurement.generalizability.g_study import g_study
    >>> study = g_study([1, 2, 4, 6], facets={"p": [0, 0, 1, 1], "i": [0, 1, 0, 1]}, design="p x i")
    >>> d_study_table(study, sizes={"i": [1, 2, 4]}).dependability.round(3).tolist()
    [0.828, 0.906, 0.95]
    """
    found = roles(study, measured=measured, fixed=fixed, design=design)
    return _table(found, shares=[1 / product for product in divisors(found, sizes=checked_sizes(sizes, found=found))])


def observed_d_studies(study: GStudy, *, measured: str | None = None, fixed: Collection[str] = ()) -> DStudyTable:
    """Tell how dependable each person's mean is with the observations that the person really has.

    Arrays (persons,) in the order of the levels of the `measured` facet. A component counts with the sum over its cells
    of `(observations in the cell / observations of the person)^2`, so that no cell need be there. Raises DesignError.
    Source: Brennan (2001), chapter 7.

    >>> from assessments.measurement.generalizability.g_study import g_study
    >>> study = g_study([1, 2, 4, 6], facets={"p": [0, 0, 1, 1], "i": [0, 1, 0, 1]}, design="p x i")
    >>> observed_d_studies(study).dependability.round(3).tolist()
    [0.906, 0.906]
    """
    found = roles(study, measured=measured, fixed=fixed, design=None)
    return _table(found, shares=_observed_shares(study, found=found))


def observed_d_study(
    study: GStudy, *, measured: str | None = None, fixed: Collection[str] = ()
) -> DStudy | NotEstimable:
    """Tell how dependable the observed means are on average, with error variances averaged over the persons.

    With missing items this is the harmonic mean of their numbers. Raises DesignError. Source: Brennan (2001), chapter
    7.

    >>> from assessments.measurement.generalizability.g_study import g_study
    >>> study = g_study([1, 2, 4, 6], facets={"p": [0, 0, 1, 1], "i": [0, 1, 0, 1]}, design="p x i")
    >>> round(observed_d_study(study).dependability, 3)
    0.906
    """
    found = roles(study, measured=measured, fixed=fixed, design=None)
    shares = [np.asarray(share.mean()) for share in _observed_shares(study, found=found)]
    return _single(study, found=found, shares=shares)


def cut_dependability(study: GStudy, *, found: DStudy, cut: float) -> float | NotEstimable:
    """Tell how dependable it is to say that a score lies above or below a cut, Phi(lambda).

        Phi(lambda) = (s2_universe + d) / (s2_universe + d + s2_absolute)      d = (mean - cut)^2 - s2(mean)

    s2(mean) is the error of the mean over the persons and conditions, which d is corrected for. Raises TargetError for
    a cut that is no number. Source: Brennan and Kane (1977); Brennan (2001), section 2.5.

    >>> from assessments.measurement.generalizability.g_study import g_study
    >>> study = g_study([1, 2, 4, 6], facets={"p": [0, 0, 1, 1], "i": [0, 1, 0, 1]}, design="p x i")
    >>> round(cut_dependability(study, found=d_study(study, sizes={"i": 2}), cut=1.25), 3)
    0.912
    """
    if not np.isfinite(cut):
        raise TargetError(cut=cut)
    distance = (study.mean - cut) ** 2 - found.mean_error_variance
    signal = max(found.universe_variance + distance, 0.0)
    whole = signal + found.absolute_error_variance
    return signal / whole if whole > 0 else NotEstimable(Reason.NO_VARIATION)


def _single(study: GStudy, *, found: Roles, shares: list[Numbers]) -> DStudy | NotEstimable:
    """One planned study."""
    table = _table(found, shares=shares)
    reason = Reason(int(table.reasons))
    if reason is not Reason.ESTIMATED:
        return NotEstimable(reason)
    universe, relative, absolute = (
        float(each) for each in (table.universe_variance, table.relative_error_variance, table.absolute_error_variance)
    )
    persons = len(study.observed.of(study.design.closure(found.of_object)).size)
    return DStudy(
        universe_variance=universe,
        relative_error_variance=relative,
        absolute_error_variance=absolute,
        mean_error_variance=(universe + relative) / persons + absolute - relative,
        generalizability=float(table.generalizability),
        dependability=float(table.dependability),
    )


def _table(found: Roles, *, shares: list[Numbers]) -> DStudyTable:
    """Variances and coefficients, with reasons where there is nothing to compare or a component is unknown."""
    universe, relative, absolute = variances(found, shares=shares)
    is_there = (universe + absolute > 0) & found.is_known
    reason = np.where(is_there, Reason.ESTIMATED, Reason.NO_VARIATION if found.is_known else Reason.TOO_FEW_VALUES)
    with_relative, with_absolute = (
        np.where(universe + error > 0, universe + error, 1.0) for error in (relative, absolute)
    )
    return DStudyTable(
        universe_variance=np.where(is_there, universe, 0.0),
        relative_error_variance=np.where(is_there, relative, 0.0),
        absolute_error_variance=np.where(is_there, absolute, 0.0),
        generalizability=np.where(is_there, universe / with_relative, 0.0),
        dependability=np.where(is_there, universe / with_absolute, 0.0),
        reasons=reason.astype(np.int8),
    )


def _observed_shares(study: GStudy, *, found: Roles) -> list[Numbers]:
    """What each component counts with in each person's mean, (persons,) per effect."""
    persons = study.observed.of(found.of_object)
    shares = []
    for effect in study.design.effects:
        cells = study.observed.of(effect | found.of_object)
        owner = persons.cell[cells.first]
        weights = (cells.size / persons.size[owner]) ** 2
        shares.append(np.bincount(owner, weights=weights, minlength=len(persons.size)).astype(np.float64))
    return shares
