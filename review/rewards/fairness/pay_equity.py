"""Whether equal work is paid equally: pay against what may explain it, and what the group still makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from assessments.measurement.reasons import NotEstimable, Reason
from review.rewards.fairness.errors import CategoryError, FigureError, LevelError, PayNotPositiveError
from review.rewards.fairness.robust_regression import RobustFit, robust_fit

Floats = NDArray[np.float64]

OUTLIER = 3.0
LEAST_PEOPLE = 30
LEAST_PEOPLE_A_COLUMN = 10


@dataclass(frozen=True)
class Coefficient:
    """One term of the regression of log pay: its value, robust standard error, interval, t and two-sided p value."""

    name: str
    value: float
    standard_error: float
    low: float
    high: float
    t: float
    p_value: float


@dataclass(frozen=True)
class GroupEffect:
    """What belonging to a group makes of pay, all else being equal, against the reference group.

    `percent` = 100 (exp(b) - 1) with its interval; `people` of the group; `is_significant`: the interval leaves out 0;
    `is_small`: fewer than 30 people. `log_effect` holds b itself. A bound beyond all numbers is infinite.
    """

    group: str
    percent: float
    low: float
    high: float
    people: int
    is_significant: bool
    is_small: bool
    log_effect: Coefficient


@dataclass(frozen=True)
class PayOutlier:
    """Someone paid far from what the factors explain: place in the input, studentised residual, percent above that."""

    place: int
    studentised: float
    percent: float


@dataclass(frozen=True)
class PayEquity:
    """Result of the pay equity regression.

    `effects`: one a group but the reference, `NotEstimable` where the group's pay hangs on one person; `coefficients`:
    all terms, likewise; `outliers` in the order of the input; `constant`: factors that are the same for all, which say
    nothing and were left out; `unknown`: people without a known group, who were left out. `is_small`: fewer than ten
    people a term, or 30 in all.
    """

    effects: tuple[GroupEffect | NotEstimable, ...]
    coefficients: tuple[Coefficient | NotEstimable, ...]
    outliers: tuple[PayOutlier, ...]
    constant: tuple[str, ...]
    reference: str
    people: int
    unknown: int
    degrees: int
    explained: float
    residual_deviation: float
    is_small: bool


def pay_equity(
    pay: ArrayLike,
    *,
    groups: Sequence[str | None],
    reference: str | None = None,
    numeric: Mapping[str, ArrayLike] | None = None,
    categorical: Mapping[str, Sequence[str]] | None = None,
    confidence: float = 0.95,
    outlier: float = OUTLIER,
) -> PayEquity | NotEstimable:
    """Tell by how many percent a group is paid less or more than another for the same work.

    `log pay = b0 + factors + group`, least squares with HC3 errors, t intervals with people - terms degrees. `pay`
    (people,): above 0, in any unit; `groups`: one a person, None where not known; `reference`: the group the others are
    compared with (the largest unless given). `numeric` factors (years) enter as they are, `categorical` ones (job,
    place) as one term for each value but the most frequent. TOO_FEW_VALUES, NO_VARIATION (one group, or no residual)
    and COLLINEAR (a group that a factor already tells) as values. Raises PayNotPositiveError, FigureError,
    CategoryError, LevelError. Source: log wage regression, Mincer (1974); HC3 of MacKinnon and White (1985).

    >>> found = pay_equity([100, 110, 121, 90, 100, 108], groups=["m", "m", "m", "f", "f", "f"],
    ...     reference="m", numeric={"years": [0, 1, 2, 0, 1, 2]})
    >>> round(found.effects[0].percent, 2)
    -9.95
    """
    if not 0 < confidence < 1:
        raise LevelError(confidence=confidence)
    amounts = _pay(pay, len(groups))
    is_known = np.array([group is not None for group in groups], dtype=bool)
    labels = np.array([str(group) for group in groups if group is not None])
    if amounts.size == 0 or labels.size == 0:
        return NotEstimable(Reason.TOO_FEW_VALUES)
    base = _reference(labels, reference)
    terms, constant = _factors(numeric or {}, categorical or {}, is_known)
    names = [str(name) for name in np.unique(labels) if name != base]
    if not names:
        return NotEstimable(Reason.NO_VARIATION)
    columns = {"intercept": np.ones(labels.size), **_membership("group", labels, names), **terms}
    fit = robust_fit(np.log(amounts[is_known]), design=np.stack(list(columns.values()), axis=1))
    if isinstance(fit, NotEstimable):
        return fit
    coefficients = _coefficients(list(columns), fit, confidence)
    return PayEquity(
        effects=tuple(_effect(*pair, labels) for pair in zip(names, coefficients[1:], strict=False)),
        coefficients=coefficients,
        outliers=_outliers(fit, np.flatnonzero(is_known), limit=outlier),
        constant=constant,
        reference=base,
        people=labels.size,
        unknown=int((~is_known).sum()),
        degrees=fit.degrees,
        explained=fit.explained,
        residual_deviation=float(np.sqrt(fit.variance)),
        is_small=labels.size < max(LEAST_PEOPLE, LEAST_PEOPLE_A_COLUMN * len(columns)),
    )


def _pay(pay: ArrayLike, people: int) -> Floats:
    """Read pay of all people; raises PayNotPositiveError, FigureError, CategoryError."""
    amounts = np.asarray(pay, dtype=np.float64)
    if amounts.ndim != 1 or not np.isfinite(amounts).all():
        raise FigureError(pay=amounts.shape)
    if amounts.size != people:
        raise CategoryError(pay=amounts.size, groups=people)
    if (amounts <= 0).any():
        raise PayNotPositiveError(places=np.flatnonzero(amounts <= 0).tolist())
    return amounts


def _reference(labels: NDArray[np.str_], reference: str | None) -> str:
    """The group that the others are compared with; raises CategoryError."""
    if reference is None:
        return _most_frequent(labels)
    if not (labels == reference).any():
        raise CategoryError(reference=reference)
    return reference


def _most_frequent(labels: NDArray[np.str_]) -> str:
    """The value that most people have, the first by name in a tie."""
    names, number = np.unique(labels, return_counts=True)
    return str(names[np.argmax(number)])


def _factors(
    numeric: Mapping[str, ArrayLike], categorical: Mapping[str, Sequence[str]], is_known: NDArray[np.bool_]
) -> tuple[dict[str, Floats], tuple[str, ...]]:
    """Columns of the factors by name, and the factors that are the same for all; raises FigureError, CategoryError."""
    if set(numeric) & set(categorical):
        raise CategoryError(factors=sorted(set(numeric) & set(categorical)))
    terms: dict[str, Floats] = {}
    constant: list[str] = []
    for name, figures in numeric.items():
        values = np.asarray(figures, dtype=np.float64)
        if values.shape != is_known.shape or not np.isfinite(values).all():
            raise FigureError(factor=name, shape=values.shape)
        known = values[is_known]
        if np.ptp(known) == 0:
            constant.append(name)
        else:
            terms[name] = known
    for name, words in categorical.items():
        if len(words) != is_known.size:
            raise CategoryError(factor=name, people=len(words))
        labels = np.array([str(word) for word in words])[is_known]
        base = _most_frequent(labels)
        others = [str(word) for word in np.unique(labels) if word != base]
        terms.update(_membership(name, labels, others))
        if not others:
            constant.append(name)
    return terms, tuple(constant)


def _membership(factor: str, labels: NDArray[np.str_], names: list[str]) -> dict[str, Floats]:
    """One column of ones and zeros for each value of a factor."""
    return {f"{factor} = {name}": (labels == name).astype(np.float64) for name in names}


def _coefficients(names: list[str], fit: RobustFit, confidence: float) -> tuple[Coefficient | NotEstimable, ...]:
    """Every term with its error and interval, or why there is none."""
    reach = float(special.stdtrit(fit.degrees, 0.5 + confidence / 2))
    return tuple(
        NotEstimable(Reason.TOO_FEW_VALUES)
        if is_shaky
        else NotEstimable(Reason.NO_VARIATION)
        if error == 0
        else Coefficient(
            name=name,
            value=value,
            standard_error=error,
            low=value - reach * error,
            high=value + reach * error,
            t=value / error,
            p_value=2 * float(special.stdtr(fit.degrees, -abs(value / error))),
        )
        for name, value, error, is_shaky in zip(
            names, fit.coefficients.tolist(), fit.errors.tolist(), fit.is_shaky.tolist(), strict=True
        )
    )


def _effect(group: str, term: Coefficient | NotEstimable, labels: NDArray[np.str_]) -> GroupEffect | NotEstimable:
    """The group's term in percent of pay."""
    if isinstance(term, NotEstimable):
        return term
    # With hardly any people the upper bound can lie beyond all numbers: it is infinite then.
    with np.errstate(over="ignore"):
        value, low, high = (100 * np.expm1([term.value, term.low, term.high])).tolist()
    people = int((labels == group).sum())
    is_significant = term.low > 0 or term.high < 0
    return GroupEffect(
        group,
        value,
        low,
        high,
        people=people,
        is_significant=is_significant,
        is_small=people < LEAST_PEOPLE,
        log_effect=term,
    )


def _outliers(fit: RobustFit, places: NDArray[np.intp], *, limit: float) -> tuple[PayOutlier, ...]:
    """People whose studentised residual is beyond the limit."""
    return tuple(
        PayOutlier(int(places[row]), float(fit.studentised[row]), float(100 * np.expm1(fit.residuals[row])))
        for row in np.flatnonzero(np.abs(fit.studentised) > limit)
    )
