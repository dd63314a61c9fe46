"""Whether the intervals of a cycle hold what they promise: simulated cycles whose truth is known.

The truth that an interval is about is the score that the same sources would give if endlessly many raters of each were
asked: what the raters who happened to be asked add by chance is the error. What a group that was not shown would have
said belongs to the prediction alone. Ratings are rounded to 1 to 5, and 8 % are unable to rate.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from assessments.measurement.cells import rater_values
from assessments.measurement.closing import closed_cells
from assessments.measurement.common_raters import common_raters
from assessments.measurement.conduct import conduct
from assessments.measurement.ratings import GROUPS, FormLayout, group_index
from assessments.measurement.reasons import NotEstimable, Reason
from assessments.measurement.shuffling import cells_of_rows
from benchmarks.findings import Finding
from review.aggregation.changes import frozen_scores, score_changes
from review.aggregation.composite_reliability import composite_reliability
from review.aggregation.cycle import CycleScores, aggregate_cycle
from review.aggregation.design import CycleDesign
from review.aggregation.differences import dimension_differences, subject_differences
from review.aggregation.prediction import predicted_scores

Numbers = NDArray[np.float64]

PEOPLE, TEAM, REPLICATIONS = 240, 12, 100
LAYOUT = FormLayout(("A", "B", "C"), (3, 4, 3))
WEIGHTS = {"manager": 40.0, "second_line": 10.0, "peers": 30.0, "reports": 20.0}
SEVERITY, HALO, OWN, ITEM = 0.30, 0.35, 0.35, 0.60
NOISE = float(np.sqrt(SEVERITY**2 + HALO**2 + OWN**2 + ITEM**2))
UNABLE = 0.08
ITEMS = np.repeat(np.arange(3), LAYOUT.item_counts)


@dataclass(frozen=True)
class Forms:
    """Who rates whom as what (forms,)."""

    subject: NDArray[np.int64]
    group: NDArray[np.int64]
    rater: NDArray[np.int64]


@dataclass(frozen=True)
class Simulated:
    """One cycle with what it would give without chance."""

    result: CycleScores
    score: Numbers
    overall: Numbers
    complete: Numbers
    forms: Forms
    ratings: NDArray[np.uint8]


def design() -> CycleDesign:
    """Four sources who are asked for everything."""
    weights = np.array([[WEIGHTS.get(name, 0.0) for name in GROUPS]])
    applicable = np.zeros((1, len(GROUPS), 3), dtype=np.bool_)
    applicable[0, [group_index(name) for name in WEIGHTS]] = True
    return CycleDesign(LAYOUT, applicable, weights, np.array([[50.0, 30.0, 20.0]]), np.full((1, 3), 3.0))


def drawn_forms(random: np.random.Generator, *, has_second_line: bool = True) -> Forms:
    """Teams of twelve who are rated by four to seven of 20 colleagues, and by up to six of 20 others; own superiors."""
    rows = []
    for person in range(PEOPLE):
        colleagues = person // TEAM * 40 + random.permutation(20)[: random.integers(4, 8)]
        others = person // TEAM * 40 + 20 + random.permutation(20)[: random.integers(0, 7)]
        superiors = ("manager", "second_line") if has_second_line else ("manager",)
        rows += [(person, group_index(name), 10_000 * (place + 1) + person) for place, name in enumerate(superiors)]
        rows += [(person, group_index("peers"), name) for name in colleagues]
        rows += [(person, group_index("reports"), name) for name in others]
    return Forms(*np.array(rows, dtype=np.int64).T)


def levels(random: np.random.Generator, before: Numbers | None = None) -> Numbers:
    """True levels (people, groups, dimensions): a person, a dimension, and how each group sees both."""
    person = random.normal(3.3, 0.5, (PEOPLE, 1, 1)) if before is None else before.mean(axis=(1, 2), keepdims=True)
    moved = random.normal(0, 0.0 if before is None else 0.3, (PEOPLE, 1, 1))
    harsher = np.array([0.0, -0.3, -0.2, 0.1, 0.2, 0.0, 0.0])[:, None]
    seen = random.normal(0, 0.2, (PEOPLE, len(GROUPS), 1)) + random.normal(0, 0.1, (PEOPLE, len(GROUPS), 3))
    level: Numbers = person + moved + random.normal(0, 0.25, (PEOPLE, 1, 3)) + harsher + seen
    return level


def expected_rating(level: Numbers) -> Numbers:
    """Mean of a rounded rating: one plus the chances of at least 2, 3, 4, 5."""
    rating: Numbers = 1 + np.sum([ndtr((level - edge) / NOISE) for edge in (1.5, 2.5, 3.5, 4.5)], axis=0)
    return rating


def simulated(random: np.random.Generator, level: Numbers, forms: Forms) -> Simulated:
    """Draw the answers, aggregate them, and work out the truth of the same cells."""
    _names, who = np.unique(forms.rater, return_inverse=True)
    size = len(forms.rater)
    of_rater = random.normal(0, SEVERITY, who.max() + 1)[who] + random.normal(0, HALO, size)
    latent = (level[forms.subject, forms.group] + of_rater[:, None] + random.normal(0, OWN, (size, 3)))[:, ITEMS]
    ratings = np.clip(np.rint(latent + random.normal(0, ITEM, latent.shape)), 1, 5).astype(np.uint8)
    ratings[random.random(ratings.shape) < UNABLE] = 9
    result = aggregate_cycle(
        ratings,
        subject=forms.subject,
        group=forms.group,
        profile_of_subject=np.zeros(PEOPLE, dtype=np.int64),
        design=design(),
    )
    score, overall = truth(result, expected_rating(level), forms=forms, ratings=ratings)
    shares = np.array([WEIGHTS.get(name, 0.0) for name in GROUPS]) / 100
    complete = np.einsum("g,pgd->pd", shares, expected_rating(level))
    return Simulated(result, score, overall, complete, forms, ratings)


def truth(
    result: CycleScores, expected: Numbers, *, forms: Forms, ratings: NDArray[np.uint8]
) -> tuple[Numbers, Numbers]:
    """Scores with each counted rater's value replaced by what raters like this one would give on average."""
    cell = row_of_cell(result, forms, ratings)
    defined = rater_values(ratings, layout=LAYOUT).is_defined & (cell >= 0)[:, None]
    sums = np.zeros(result.cells.raters.shape)
    np.add.at(sums, cell[cell >= 0], (expected[forms.subject, forms.group] * defined)[cell >= 0])
    raters = result.cells.raters
    off = np.where(raters > 0, result.cells.means() - sums / np.maximum(raters, 1), 0.0)
    error = np.zeros(result.scores.value.shape)
    np.add.at(error, result.cells.subject, off * result.terms.weight[result.terms.kind])
    score = result.scores.value - error / np.maximum(result.scores.shown_weight, 1e-9)
    return score, score @ (result.design.profile_weights[0] / 100)


def row_of_cell(result: CycleScores, forms: Forms, ratings: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The cell that each form went into."""
    closed = closed_cells(
        ratings,
        subject=forms.subject,
        group=forms.group,
        profile_of_subject=result.profile_of_subject,
        asked=result.design.applicable,
        layout=LAYOUT,
        threshold=result.design.threshold,
    )
    return cells_of_rows(subject=forms.subject, group=forms.group, closed=closed)


class Ledger:
    """Counts how often intervals hold the truth, and how far estimates are off on average."""

    def __init__(self) -> None:
        """Start empty."""
        self.covered: dict[str, list[float]] = defaultdict(list)
        self.off: dict[str, list[float]] = defaultdict(list)

    def add(self, name: str, value: Numbers, error: Numbers, true: Numbers, known: NDArray[np.bool_]) -> None:
        """Take in one replication."""
        distance = (value - true)[known]
        self.covered[name].append(float((np.abs(distance) <= 1.6448536 * error[known]).mean()))
        self.off[name].append(float(distance.mean()))

    def findings(self) -> Iterator[Finding]:
        """Coverage in 87 to 93 %, bias within .02."""
        for name, shares in self.covered.items():
            yield Finding(name, "coverage of 90 % intervals", float(np.mean(shares)), 0.87, 0.93, len(shares))
            yield Finding(name, "bias", float(np.mean(self.off[name])), -0.02, 0.02, len(shares))


def add_scores(ledger: Ledger, cycle: Simulated, source: str) -> None:
    """Dimensions, overall, and two dimensions of one person."""
    scores, overall = cycle.result.scores, cycle.result.overall
    ledger.add(f"dimension score, {source}", scores.value, scores.standard_error, cycle.score, scores.is_estimated)
    known = overall.is_estimated & scores.is_estimated.all(axis=1)
    ledger.add(f"overall score, {source}", overall.value, overall.standard_error, cycle.overall, known)
    people = np.arange(PEOPLE)
    first, second = np.zeros(PEOPLE, dtype=np.int64), np.full(PEOPLE, 2)
    found = dimension_differences(cycle.result, subject=people, first=first, second=second)
    true = cycle.score[:, 0] - cycle.score[:, 2]
    ledger.add(f"two dimensions, {source}", found.value, found.standard_error, true, found.is_estimated)


def add_pairs(ledger: Ledger, cycle: Simulated, random: np.random.Generator) -> None:
    """Two people of one team, whose colleagues are partly the same."""
    result, forms = cycle.result, cycle.forms
    cell = row_of_cell(result, forms, cycle.ratings)
    first = np.arange(PEOPLE)
    second = first // TEAM * TEAM + (first + random.integers(1, TEAM, PEOPLE)) % TEAM
    common = common_raters(cycle.ratings, rater=forms.rater, cell=cell, table=result.cells, first=first, second=second)
    asked = np.full(len(cell), LAYOUT.items)
    carried = conduct(
        cycle.ratings, group=forms.group, rater=forms.rater, cell=cell, asked_items=asked, table=result.cells
    ).shared_variance
    found = subject_differences(result, first=first, second=second, common=common, shared_variance=carried)
    one, whole = found.dimensions, found.overall
    true = cycle.score[first] - cycle.score[second]
    ledger.add("two people with common raters, dimension", one.value, one.standard_error, true, one.is_estimated)
    apart = cycle.overall[first] - cycle.overall[second]
    known = whole.is_estimated & one.is_estimated.all(axis=1)
    ledger.add("two people with common raters, overall", whole.value, whole.standard_error, apart, known)


def add_changes(ledger: Ledger, earlier: Simulated, later: Simulated) -> None:
    """The same people a cycle later."""
    found = score_changes(
        frozen_scores(later.result), earlier=frozen_scores(earlier.result), earlier_place=np.arange(PEOPLE)
    )
    one, whole = found.dimensions, found.overall
    ledger.add("change, dimension", one.value, one.standard_error, later.score - earlier.score, one.is_estimated)
    known = whole.is_estimated & one.is_estimated.all(axis=1)
    ledger.add("change, overall", whole.value, whole.standard_error, later.overall - earlier.overall, known)


def add_prediction(ledger: Ledger, cycle: Simulated) -> None:
    """What all asked groups would say, with and without the reports."""
    found = predicted_scores(cycle.result)
    known = found.reason == Reason.ESTIMATED
    has_reports = np.isin(np.arange(PEOPLE), cycle.forms.subject[cycle.forms.group == group_index("reports")])
    for name, people in (("reports asked", has_reports), ("without reports", ~has_reports)):
        some = known & people[:, None]
        ledger.add(f"prediction of all groups, {name}", found.value, found.standard_error, cycle.complete, some)


def composite_findings(random: np.random.Generator, replications: int = 500) -> Iterator[Finding]:
    """Reliability of a composite from parts whose spread, reliability and correlation come from 300 people."""
    weights, reliability = np.array([0.5, 0.3, 0.2]), np.array([0.6, 0.7, 0.8])
    true_covariance = np.full((3, 3), 0.4)
    np.fill_diagonal(true_covariance, reliability)
    error = float((weights**2 * (1 - reliability)).sum())
    expected = 1 - error / (float(weights @ true_covariance @ weights) + error)
    root = np.linalg.cholesky(true_covariance)
    off = []
    for _ in range(replications):
        forms = random.standard_normal((300, 3)) @ root.T + np.sqrt(1 - reliability) * random.standard_normal(
            (2, 300, 3)
        )
        found = composite_reliability(
            weights,
            deviations=forms[0].std(axis=0, ddof=1),
            reliabilities=[np.corrcoef(*forms[:, :, part])[0, 1] for part in range(3)],
            correlations=np.corrcoef(forms[0].T),
        )
        assert not isinstance(found, NotEstimable)
        off.append(found.reliability - expected)
    yield Finding("reliability of a composite", "bias", float(np.mean(off)), -0.02, 0.02, replications)


def findings(replications: int = REPLICATIONS) -> Iterator[Finding]:
    """Coverage and bias of everything with an interval, over seeded cycles of 240 people."""
    random = np.random.default_rng(20261128)
    ledger = Ledger()
    for _ in range(replications):
        level = levels(random)
        first = simulated(random, level, drawn_forms(random))
        second = simulated(random, levels(random, level), drawn_forms(random))
        add_scores(ledger, first, "errors of superiors from pairs")
        add_pairs(ledger, first, random)
        add_changes(ledger, first, second)
        add_prediction(ledger, first)
        add_scores(ledger, simulated(random, level, drawn_forms(random, has_second_line=False)), "one superior")
    yield from ledger.findings()
    yield from composite_findings(random)


if __name__ == "__main__":
    for finding in findings():
        print(f"{finding.name:<60} {finding.quantity:<28} {finding.value:8.4f} {finding.is_met}")
