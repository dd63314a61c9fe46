"""Aggregation of a whole cycle in memory, from 1,000 people on, beside tools that a good engineer would take.

The peers compute what they can say in one query: mean and number of raters per person, group and dimension by rule 3,
then dimension scores by rule 5 with the cycle's means; our time includes partition, errors, intervals and points too.
Outputs are compared before anything is timed. `BENCH_PEOPLE` is the greatest size; without it, what the free memory
allows up to 1,000,000. At 1,000,000 only the copy of the ratings is measured beside it: the long rows of the peers and
their groups by rater would take more memory than the 24 GiB of the machine.
"""

import gc
import math
import os
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessments.measurement.ratings import GROUPS, FormLayout, group_index
from benchmarks.rows import Row, side_by_side
from review.aggregation.cycle import CycleScores, aggregate_cycle
from review.aggregation.design import CycleDesign
from review.aggregation.ranks import expected_ranks

SIZES = (1_000, 10_000, 100_000, 1_000_000)
MOST_OF_PEERS = 100_000
# Ratings, whom and as what, the result, and room to work; the long rows of the peers and their groups.
BYTES_A_PERSON, BYTES_OF_PEERS = 2_500, 50_000
GOAL_EXPONENT = 1.05
RATERS = ("self", "manager", "peers", "peers", "peers", "peers", "peers", "reports", "reports", "reports")
LAYOUT = FormLayout(tuple(f"D{number}" for number in range(12)), (3,) * 8 + (4,) * 4)
WEIGHTS = {"manager": 50.0, "peers": 30.0, "reports": 20.0}

Cycle = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]


def cycle(people: int, seed: int = 1) -> Cycle:
    """Ratings (raters, 40 items) with 5 % unable to rate, and whom and as whom each row rates."""
    random = np.random.default_rng(seed)
    ratings = random.integers(1, 6, (people * len(RATERS), LAYOUT.items), dtype=np.uint8)
    for some in np.array_split(ratings, max(people // 50_000, 1)):
        some[random.random(some.shape, dtype=np.float32) < 0.05] = 9
    group = np.tile(np.array([group_index(name) for name in RATERS], dtype=np.int64), people)
    return ratings, np.repeat(np.arange(people), len(RATERS)), group


def design() -> CycleDesign:
    """One profile that asks everyone for everything."""
    applicable = np.zeros((1, len(GROUPS), len(LAYOUT.dimensions)), dtype=np.bool_)
    applicable[0, [group_index(name) for name in set(RATERS)]] = True
    weights = np.array([[WEIGHTS.get(name, 0.0) for name in GROUPS]])
    ones = np.ones((1, len(LAYOUT.dimensions)))
    return CycleDesign(LAYOUT, applicable, weights, ones, 3 * ones)


def ours(data: Cycle) -> CycleScores:
    """All that the contract needs for the cycle."""
    ratings, subject, group = data
    profiles = np.zeros(int(subject[-1]) + 1, dtype=np.int64)
    return aggregate_cycle(ratings, subject=subject, group=group, profile_of_subject=profiles, design=design())


def plain(data: Cycle) -> NDArray[np.float64]:
    """The same scores with plain numpy: floats with NaN for each cell of the table, sums by add.at."""
    ratings, subject, group = data
    people, size = int(subject[-1]) + 1, len(LAYOUT.dimensions)
    numbers = np.where((ratings >= 1) & (ratings <= 5), ratings.astype(np.float64), np.nan)
    sums, counts = np.zeros((people, len(GROUPS), size)), np.zeros((people, len(GROUPS), size))
    for place, name in enumerate(LAYOUT.dimensions):
        items = numbers[:, LAYOUT.slice_of(name)]
        answered = np.isfinite(items).sum(axis=1)
        defined = 2 * answered >= items.shape[1]
        value = np.nansum(items, axis=1) / np.maximum(answered, 1)
        np.add.at(sums, (subject[defined], group[defined], place), value[defined])
        np.add.at(counts, (subject[defined], group[defined], place), 1)
    return scores_of_cells(sums, counts)


def scores_of_cells(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rule 5 from sums and counts per person, group and dimension; NaN without the manager."""
    anonymous = np.array([name in {"peers", "reports"} for name in GROUPS])
    shown = counts >= np.where(anonymous, 3, 1)[:, None]
    mean = np.where(shown, sums / np.maximum(counts, 1), np.nan)
    mean = np.where(anonymous[:, None], np.maximum(mean, 1.3), mean)
    weights = np.array([WEIGHTS.get(name, 0.0) for name in GROUPS])[:, None]
    with np.errstate(all="ignore"):
        means = np.nan_to_num(np.round(np.nansum(mean, axis=0) / shown.sum(axis=0), 6))
    above = (weights * np.where(shown, mean - means, 0.0)).sum(axis=1)
    below = (weights * shown).sum(axis=1)
    score = above / np.maximum(below, 1) + (weights * means).sum(axis=0) / weights.sum()
    return np.where(shown[:, group_index("manager")], score, np.nan)


def long_frame(data: Cycle) -> dict[str, NDArray[Any]]:
    """The ratings as long columns: a row for each numeric answer."""
    ratings, subject, group = data
    row, item = np.nonzero((ratings >= 1) & (ratings <= 5))
    dimension = np.repeat(np.arange(len(LAYOUT.dimensions)), LAYOUT.item_counts)[item]
    return {
        "row": row.astype(np.int32),
        "subject": subject[row].astype(np.int32),
        "group": group[row].astype(np.int8),
        "dimension": dimension.astype(np.int8),
        "rating": ratings[row, item],
    }


def dense(people: int, columns: Any) -> NDArray[np.float64]:
    """Scores from a peer's table of person, group, dimension, sum and count."""
    subject, group, dimension, total, number = columns
    sums, counts = np.zeros((2, people, len(GROUPS), len(LAYOUT.dimensions)))
    sums[subject, group, dimension], counts[subject, group, dimension] = total, number
    return scores_of_cells(sums, counts)


def with_pandas(data: Cycle) -> Callable[[], NDArray[np.float64]]:
    """Two group-bys of pandas over long rows; making the frame is not timed."""
    pandas = import_module("pandas")
    frame, people = pandas.DataFrame(long_frame(data)), int(data[1][-1]) + 1
    items = np.array(LAYOUT.item_counts)

    def scores() -> NDArray[np.float64]:
        per_rater = frame.groupby(["row", "subject", "group", "dimension"], sort=False)["rating"].agg(["mean", "count"])
        per_rater = per_rater.reset_index()
        per_rater = per_rater[2 * per_rater["count"] >= items[per_rater["dimension"]]]
        cells = per_rater.groupby(["subject", "group", "dimension"])["mean"].agg(["sum", "count"]).reset_index()
        return dense(people, (cells[name].to_numpy() for name in ("subject", "group", "dimension", "sum", "count")))

    return scores


def with_polars(data: Cycle) -> Callable[[], NDArray[np.float64]]:
    """The same with polars."""
    polars = import_module("polars")
    frame, people = polars.DataFrame(long_frame(data)), int(data[1][-1]) + 1
    items = polars.Series(list(LAYOUT.item_counts))

    def scores() -> NDArray[np.float64]:
        rating = polars.col("rating")
        per_rater = frame.group_by("row", "subject", "group", "dimension").agg(mean=rating.mean(), count=rating.count())
        per_rater = per_rater.filter(2 * polars.col("count") >= items.gather(per_rater["dimension"]))
        mean = polars.col("mean")
        cells = per_rater.group_by("subject", "group", "dimension").agg(sum=mean.sum(), number=mean.count())
        return dense(people, (cells[name].to_numpy() for name in ("subject", "group", "dimension", "sum", "number")))

    return scores


DUCKDB_QUERY = """
    select subject, "group", dimension, sum(mean) as total, count(*) as number
    from (select row, subject, "group", dimension, avg(rating) as mean, count(*) as answered
          from answers group by all)
    join items using (dimension)
    where 2 * answered >= items
    group by all
"""


def with_duckdb(data: Cycle) -> Callable[[], NDArray[np.float64]]:
    """The same in one query of DuckDB, over its own table."""
    duckdb, pandas = import_module("duckdb"), import_module("pandas")
    connection = duckdb.connect()
    answers = pandas.DataFrame(long_frame(data))
    items = pandas.DataFrame({"dimension": np.arange(len(LAYOUT.item_counts)), "items": LAYOUT.item_counts})
    for name, frame in (("answers", answers), ("items", items)):
        connection.from_df(frame).create(name)
    people = int(data[1][-1]) + 1

    def scores() -> NDArray[np.float64]:
        columns = connection.execute(DUCKDB_QUERY).fetchnumpy()
        names = ("subject", "group", "dimension", "total", "number")
        return dense(people, (np.asarray(columns[name]) for name in names))

    return scores


PEERS: dict[str, Callable[[Cycle], Callable[[], NDArray[np.float64]]]] = {
    "pandas": with_pandas,
    "polars": with_polars,
    "duckdb": with_duckdb,
}


def sizes() -> list[int]:
    """Numbers of people to measure: up to BENCH_PEOPLE, or what fits the free memory."""
    given = os.environ.get("BENCH_PEOPLE")
    if given is not None:
        return [size for size in SIZES if size <= int(given)] or [int(given)]
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return [size for size in SIZES if size * (BYTES_A_PERSON if size > MOST_OF_PEERS else BYTES_OF_PEERS) < free]


def rows() -> Iterator[Row]:
    """Every size beside a copy of the ratings, memory, the peers that are installed; growth; ranks."""
    spent: dict[int, float] = {}
    for people in sizes():
        data = cycle(people)
        copy = np.empty_like(data[0])
        rounds = 1 if people > MOST_OF_PEERS else 3 if people > 10_000 else 7
        ours_ms, copy_ms = side_by_side(partial(ours, data), partial(np.copyto, copy, data[0]), rounds=rounds)
        del copy
        spent[people] = ours_ms
        yield Row("aggregation of a cycle", f"{people:,} x {len(RATERS)}", ours_ms, "memcpy of the ratings", copy_ms)
        yield from memory_rows(people, data)
        if people <= MOST_OF_PEERS:
            yield from peer_rows(people, data, rounds=min(rounds, 3))
    if len(spent) > 1:
        least, most = min(spent), max(spent)
        exponent = math.log(spent[most] / spent[least]) / math.log(most / least)
        size = f"{least:,} to {most:,}"
        yield Row("aggregation, people to the power of", size, exponent, "goal", GOAL_EXPONENT)
    yield rank_row(max(spent))


def memory_rows(people: int, data: Cycle) -> Iterator[Row]:
    """The most memory beyond the input while a cycle is aggregated, and beyond input and result; in megabytes."""
    given = sum(array.nbytes for array in data) / 1e6
    gc.collect()
    tracemalloc.start()
    result = ours(data)
    kept, most = (amount / 1e6 for amount in tracemalloc.get_traced_memory())
    tracemalloc.stop()
    del result
    size = f"{people:,} x {len(RATERS)}"
    yield Row("aggregation, memory beyond the input (MB)", size, most, "the input itself", given)
    yield Row("aggregation, memory beyond input and result (MB)", size, most - kept, "the input itself", given)


def peer_rows(people: int, data: Cycle, *, rounds: int) -> Iterator[Row]:
    """Ours beside plain numpy and every peer that is installed, with the same scores."""
    result = ours(data)
    candidates: dict[str, Callable[[Cycle], Callable[[], NDArray[np.float64]]]] = {
        "plain numpy": lambda given: partial(plain, given),
        **{name: make for name, make in PEERS.items() if find_spec(name) is not None},
    }
    for name, make in candidates.items():
        peer = make(data)
        require_same(result, peer())
        ours_ms, peer_ms = side_by_side(partial(ours, data), peer, rounds=rounds)
        yield Row("aggregation of a cycle", f"{people:,} x {len(RATERS)}", ours_ms, name, peer_ms)
        del peer
        gc.collect()


def rank_row(people: int) -> Row:
    """Expected ranks with intervals, beside sorting the scores of 2,000 simulations, by ten of which it is reckoned."""
    random = np.random.default_rng(2)
    value, error = random.normal(3.3, 0.5, people), random.uniform(0.1, 0.4, people)

    def ten_simulations() -> None:
        for _ in range(10):
            np.argsort(value + error * random.standard_normal(people))

    ours_ms, ten_ms = side_by_side(lambda: expected_ranks(value, standard_error=error), ten_simulations, rounds=1)
    return Row("expected ranks with intervals", f"{people:,}", ours_ms, "sorting 2,000 simulations", 200 * ten_ms)


def require_same(result: CycleScores, scores: NDArray[np.float64]) -> None:
    """Refuse to compare times of different answers; people whose groups are merged are left out, peers merge none."""
    assert result.cell_of_group is not None
    alone = (result.cell_of_group[:, 3] == 3) & (result.cell_of_group[:, 4] == 4)
    expected = np.where(result.scores.is_estimated, result.scores.value, np.nan)[alone]
    # Peers cannot leave merged cells out of the cycle's means, which moves scores by less than a thousandth.
    np.testing.assert_allclose(scores[alone], expected, atol=2e-3)
