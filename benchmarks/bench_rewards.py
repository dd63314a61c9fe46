"""Rewards of a whole company: sharing out a budget, and the way from points to pay, beside a good engineer's pandas.

The peer keeps money in whole minor units and rounds by largest remainder, too; every amount is compared before anything
is timed. Ours is exact by construction, the peer where its doubles happen to suffice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.curves import Curve
from benchmarks.rows import Row, side_by_side
from review.aggregation.bands import DEFAULT_BANDS
from review.rewards.allocation import allocations
from review.rewards.bonuses import bonuses, payout_multiples
from review.rewards.exact_arrays import ExactArray, exact_array, total
from review.rewards.grades import DEFAULT_COEFFICIENTS
from review.rewards.merit import MeritMatrix
from review.rewards.proration import days_of

SIZES = (1_000, 10_000, 100_000, 1_000_000)
EDGES = (80, 90, 110, 120)
RATES = {"S": (100, 80, 60, 40, 20), "A": (80, 60, 40, 20, 10), "B": (50, 40, 30, 20, 0), "C": (20, 10, 0, 0, 0)}
RATES |= {"D": (0, 0, 0, 0, 0)}
MATRIX = MeritMatrix(
    edges=tuple(f"{edge / 100:.2f}" for edge in EDGES),
    rates={grade: tuple(f"{rate / 1000:.3f}" for rate in row) for grade, row in RATES.items()},
)
PAYOUT = Curve(((80, 0.5), (100, 1), (150, 2)))
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
FLOOR, CAP, TARGET, DAYS = 5, 70, 20, days_of(*YEAR)


@dataclass(frozen=True)
class Company:
    """Everybody's points, attainment in percent, days here, salary and midpoint of the range in minor units."""

    hundredths: NDArray[np.int64]
    attainment: NDArray[np.int64]
    days: NDArray[np.int64]
    salary: NDArray[np.int64]
    midpoint: NDArray[np.int64]
    budget: int


def company(people: int, seed: int = 1) -> Company:
    """Invented people; the budget is four fifths of what the guidelines would cost."""
    random = np.random.default_rng(seed)
    hundredths = np.rint(random.normal(9_800, 900, people)).astype(np.int64)
    midpoint = random.integers(60, 400, people) * 100_000
    salary = (midpoint * random.uniform(0.7, 1.3, people)).astype(np.int64) // 100 * 100
    return Company(
        hundredths=hundredths,
        attainment=random.integers(60, 170, people),
        days=np.where(random.random(people) < 0.2, random.integers(1, DAYS, people), DAYS),
        salary=salary,
        midpoint=midpoint,
        budget=total(guidelines_of(hundredths, salary, midpoint).of_amounts(salary).rounded()) * 4 // 5,
    )


def guidelines_of(hundredths: NDArray[np.int64], salary: NDArray[np.int64], midpoint: NDArray[np.int64]) -> ExactArray:
    """Grades by points, and the guideline of each."""
    return MATRIX.guidelines(DEFAULT_BANDS.ranks_of(hundredths), salaries=salary, midpoints=midpoint)


def rates_of(everyone: Company) -> tuple[ExactArray, ExactArray]:
    """Floors for those who are paid below their midpoint, and a cap for all, in thousandths."""
    floors = np.where(10 * everyone.salary < 9 * everyone.midpoint, FLOOR, 0)
    return ExactArray(floors, 1000), ExactArray(np.full(len(floors), CAP), 1000)


def our_raises(everyone: Company, guidelines: ExactArray) -> NDArray[np.int64]:
    """Raises within the budget."""
    floors, caps = rates_of(everyone)
    return allocations(everyone.salary, guidelines=guidelines, budget=everyone.budget, floors=floors, caps=caps).amount


def our_pay(everyone: Company) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """From points to grade, guideline, raise and bonus."""
    places = DEFAULT_BANDS.ranks_of(everyone.hundredths)
    guidelines = guidelines_of(everyone.hundredths, everyone.salary, everyone.midpoint)
    coefficient = exact_array(list(DEFAULT_COEFFICIENTS.values()))
    paid = bonuses(
        everyone.salary,
        factors=[
            ExactArray(np.full(len(places), TARGET), 100),
            payout_multiples(PAYOUT, ExactArray(everyone.attainment, 1)),
            coefficient.some(places),
            ExactArray(everyone.days, DAYS),
        ],
    )
    return our_raises(everyone, guidelines), paid.amount


def frame_of(pandas: Any, everyone: Company) -> Any:
    """The company as a frame; making it is not timed."""
    columns = ("hundredths", "attainment", "days", "salary", "midpoint")
    return pandas.DataFrame({name: getattr(everyone, name) for name in columns})


def raises_with_pandas(pandas: Any, frame: Any, guideline: Any, budget: int) -> NDArray[np.int64]:
    """The factor by sorted breakpoints and running sums, whole units by largest remainder; rates in thousandths."""
    salary = frame["salary"]
    amount = salary * guideline
    least = -(-salary * np.where(10 * salary < 9 * frame["midpoint"], FLOOR, 0) // 1000)
    most = salary * CAP // 1000
    grows = amount > 0
    bends = pandas.DataFrame(
        {
            "k": np.concatenate([1000 * least[grows] / amount[grows], 1000 * most[grows] / amount[grows]]),
            "slope": np.concatenate([amount[grows], -amount[grows]]) / 1000,
        }
    ).sort_values("k")
    cost = least.sum() + (bends["slope"].cumsum().shift(fill_value=0.0) * bends["k"].diff().fillna(0.0)).cumsum()
    last = int(cost.searchsorted(budget, side="right")) - 1
    # The factor itself comes from the sums of those who are free, which are whole numbers.
    at = 1.0 if last == len(bends) - 1 else (bends["k"].iloc[last] + bends["k"].iloc[last + 1]) / 2
    free = grows & (amount * at > 1000 * least) & (amount * at < 1000 * most)
    is_most = grows & (amount * at >= 1000 * most)
    fixed = least[~free & ~is_most].sum() + most[is_most].sum()
    factor = min((budget - fixed) * 1000 / amount[free].sum(), 1.0)
    exactly = (amount * factor / 1000).clip(least, most).where(grows, least)
    whole = np.floor(exactly + 1e-9).astype("int64")
    left = int(min(budget, np.floor(exactly.sum() + 1e-6)) - whole.sum())
    rest = (exactly - whole).sort_values(ascending=False, kind="stable")
    whole.loc[rest.index[:left]] += 1
    return np.asarray(whole.to_numpy())


def pay_with_pandas(pandas: Any, frame: Any, budget: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The same way with cuts, look-ups and whole numbers."""
    cuts = [cut for _, cut in DEFAULT_BANDS.cuts][::-1]
    grade = pandas.cut(frame["hundredths"], [-np.inf, *cuts, np.inf], right=False, labels=list("DCBAS"))
    # Compa-ratios as doubles are right on every edge, because both sides are rounded alike.
    ratio = frame["salary"] / frame["midpoint"]
    band = pandas.cut(ratio, [-np.inf, *(edge / 100 for edge in EDGES), np.inf], right=False, labels=False)
    table = np.array([RATES[name] for name in "DCBAS"])
    guideline = pandas.Series(table[grade.cat.codes, band], index=frame.index)
    raises = raises_with_pandas(pandas, frame, guideline, budget)
    attainment = frame["attainment"].clip(upper=150)
    # Thousandths of the target bonus: 25 for each point from 80 to 100, then 20.
    multiple = 500 + (attainment.clip(upper=100) - 80) * 25 + (attainment - 100).clip(lower=0) * 20
    multiple = multiple.where(attainment >= 80, 0)
    coefficient = grade.map({"S": 15, "A": 12, "B": 10, "C": 7, "D": 0}).astype("int64")
    unit = 100 * 1000 * 10 * DAYS
    whole = frame["salary"] * TARGET * multiple * coefficient * frame["days"]
    return raises, np.asarray(((2 * whole + unit) // (2 * unit)).to_numpy())


def rows() -> Iterator[Row]:
    """Allocation and the whole way, at every size, beside pandas."""
    if find_spec("pandas") is not None:
        for people in SIZES:
            yield from rows_of(import_module("pandas"), people)


def rows_of(pandas: Any, people: int) -> Iterator[Row]:
    """Both at one size: all amounts are compared before the times are taken."""
    everyone = company(people)
    frame = frame_of(pandas, everyone)
    guidelines = guidelines_of(everyone.hundredths, everyone.salary, everyone.midpoint)
    guideline = pandas.Series(guidelines.numerator * (1000 // guidelines.denominator))
    candidates: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "allocation of a merit budget": (
            lambda: our_raises(everyone, guidelines),
            lambda: raises_with_pandas(pandas, frame, guideline, everyone.budget),
        ),
        "from points to grade, raise and bonus": (
            lambda: our_pay(everyone),
            lambda: pay_with_pandas(pandas, frame, everyone.budget),
        ),
    }
    for name, (ours, peer) in candidates.items():
        np.testing.assert_array_equal(ours(), peer())
        ours_ms, peer_ms = side_by_side(ours, peer, rounds=5 if people <= 100_000 else 3)
        yield Row(name, f"{people:,}", ours_ms, "pandas", peer_ms)
