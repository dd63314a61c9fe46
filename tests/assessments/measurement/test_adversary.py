"""On seeded random organisations an automated adversary finds nobody behind what the product shows."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from assessments.measurement.release_audit import ReleasedSums
from tests.assessments.measurement.adversary import HIGH, LOW, Evidence, Shown, colluders, findings, is_forced, sums_of
from tests.assessments.measurement.adversary import values_of as possible_values
from tests.assessments.measurement.adversary_breakdowns import cuts, given_away, known_to_insiders, left_open
from tests.assessments.measurement.adversary_releases import PAGES, organisation, plain, promised

ORGANISATIONS = 200
FOUR_IN_FIVE = 160


@pytest.fixture(scope="module")
def found_in_all():
    """Every finding behind what the product shows, and how many dimensions and items were attacked."""
    found, attacked = [], 0
    for seed in range(ORGANISATIONS):
        for evidence in promised(organisation(seed)):
            attacked += 1
            found += [(evidence, one) for one in findings(evidence)]
    return found, attacked


def test_behind_what_is_shown_nobody_and_no_small_group_is_found(found_in_all):
    found, attacked = found_in_all
    assert attacked > 50_000
    assert not [one for _, one in found if one.what == "value" or not one.held]


def test_colluders_learn_a_small_groups_mean_only_where_they_are_all_the_rest_of_its_cell(found_in_all):
    # Two peers and a partner in one cell: the partner knows the rest of the mean, as one of any three does.
    found, _ = found_in_all
    assert found
    for evidence, one in found:
        (cell,) = (cell for cell in evidence.cells if set(one.who) <= cell)
        assert one.what == "mean"
        assert len({evidence.group[rater] for rater in one.who}) == 1
        assert len(cell - set(one.who)) <= colluders(cell)


def test_behind_a_plain_minimum_for_each_group_somebody_is_found_in_four_organisations_of_five():
    exposed = sum(
        any(not one.held or one.what == "value" for evidence in plain(organisation(seed)) for one in findings(evidence))
        for seed in range(ORGANISATIONS)
    )
    assert exposed >= FOUR_IN_FIVE


def test_one_mean_over_everyone_beside_the_cells_would_give_somebody_away():
    exposed = 0
    for seed in range(0, ORGANISATIONS, 20):
        for evidence in promised(organisation(seed)):
            total = sum(evidence.value.values())
            everyone = Shown(frozenset(evidence.value), total, total)
            found = findings(replace(evidence, shown=(*evidence.shown, everyone)))
            if any(one.what == "value" or not one.held for one in found):
                exposed += 1
                break
    assert exposed >= FOUR_IN_FIVE / 20


def test_two_decimals_as_on_pages_tell_no_more():
    for seed in range(0, ORGANISATIONS, 20):
        for evidence in promised(organisation(seed), decimals=PAGES):
            assert not [one for one in findings(evidence) if one.what == "value" or not one.held]


def test_most_of_what_could_be_shown_is_shown():
    org = organisation(7)
    several = np.bincount(org.subject[org.group >= 3], minlength=org.people) >= 3
    kept = {evidence.name.split("/")[0] for evidence in promised(org)}
    assert len(kept) >= 0.6 * several.sum()


def test_whole_numbers_force_nobody_among_two_or_more_but_at_the_ends():
    for raters, items in product((2, 3, 4), (1, 3, 4)):
        for total in range(raters * LOW, raters * HIGH + 1):
            if sums_of(raters, items) >> total & 1:
                ends = total in (raters * LOW, raters * HIGH)
                assert is_forced(raters, total, total, items=items) == ends
    assert possible_values(3)[:3] == (12, 16, 18)


def test_behind_audited_breakdowns_nobody_is_found_and_behind_a_plain_minimum_somebody_in_four_of_five():
    exposed = 0
    for seed in range(ORGANISATIONS):
        people, requests = cuts(seed)
        released = ReleasedSums(3)
        for request in requests:
            if released.audited(request).is_allowed:
                released = released.with_release(request)
        assert not given_away(left_open(people, released.released))
        exposed += given_away(left_open(people, [one for one in requests if len(one) >= 3]))
    assert exposed >= FOUR_IN_FIVE


def test_who_knows_their_own_value_can_use_the_difference_of_two_people():
    # The bound of the audit: it keeps sums over small groups, not differences between two people.
    released = ReleasedSums(3).with_release("acd").with_release("bcd")
    left = left_open(list("abcd"), released.released)
    assert not given_away(left)
    assert known_to_insiders(left).tolist() == [True, True, False, False]
    assert known_to_insiders(left_open(list("abcde"), ["abcde"])).tolist() == [False] * 5


THREE_AND_ONE = Evidence(
    name="0/0",
    value={1: 40, 2: 44, 3: 36, 4: 28},
    group={1: 3, 2: 3, 3: 3, 4: 4},
    cells=(frozenset({1, 2, 3}),),
    shown=(Shown(frozenset({1, 2, 3}), 120, 120),),
    items=3,
)


def told(evidence, *shown):
    """What is found once further sums are shown: kind, who, and how many colluders it took."""
    more = tuple(Shown(frozenset(raters), low, high) for raters, low, high in shown)
    return [(one.what, one.who, one.held) for one in findings(replace(evidence, shown=(*evidence.shown, *more)))]


def test_the_adversary_subtracts_groups_from_everyone():
    assert told(THREE_AND_ONE) == []
    assert ("value", (4,), 0) in told(THREE_AND_ONE, ({1, 2, 3, 4}, 148, 148))
    assert ("mean", (4,), 0) in told(THREE_AND_ONE, ({1, 2, 3, 4}, 148, 148))


def test_the_adversary_knows_the_scale_and_the_steps_between_values():
    # The sum of all to within a third of a point leaves the fourth rater two possible values, to a sixth only one.
    assert ("mean", (4,), 0) in told(THREE_AND_ONE, ({1, 2, 3, 4}, 147, 150))
    assert ("value", (4,), 0) not in told(THREE_AND_ONE, ({1, 2, 3, 4}, 147, 150))
    assert ("value", (4,), 0) in told(THREE_AND_ONE, ({1, 2, 3, 4}, 147, 149))


def test_the_adversary_has_one_colluder_in_a_cell_of_three_and_uses_him_against_a_cell_of_two():
    assert colluders(frozenset({1, 2, 3})) == 1
    assert colluders(frozenset(range(5))) == 2
    two = replace(THREE_AND_ONE, cells=(frozenset({1, 2}),), shown=(Shown(frozenset({1, 2}), 84, 84),))
    assert ("value", (1,), 1) in told(two) or ("value", (2,), 1) in told(two)


def test_the_adversary_adds_and_halves():
    # (first + third - second) / 2 over raters 1 and 4 together, then the first without 4.
    pairs = (({1, 2}, 84, 84), ({2, 4}, 72, 72), ({1, 4}, 68, 68))
    assert ("value", (4,), 0) in told(replace(THREE_AND_ONE, shown=(), cells=()), *pairs)
