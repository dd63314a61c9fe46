"""Which profile a position has, what comes next, and which items a group is asked."""

from datetime import date

import pytest

from rubrics.frameworks.models import ANONYMOUS_GROUPS, Framework, RaterGroup
from rubrics.profiles.actions import map_position
from rubrics.profiles.errors import UnknownProfileError
from rubrics.profiles.models import Profile
from rubrics.profiles.queries import (
    item_places,
    items_for,
    next_profile,
    positions_of_profiles,
    profile_by_code,
    profile_of_position,
    profiles,
    profiles_of_positions,
    requirements_of,
)
from web.transactions import in_transaction

TODAY = date(2026, 11, 23)


def called(code: str) -> Profile:
    profile = profile_by_code(code)
    assert profile is not None
    return profile


def test_a_position_has_the_profile_of_its_day(framework: Framework) -> None:
    in_transaction(lambda: map_position("inside-sales-coordinator", "senior-sales-representative", date(2026, 7, 1)))
    before = profile_of_position("inside-sales-coordinator", date(2026, 6, 30))
    after = profile_of_position("inside-sales-coordinator", date(2026, 7, 1))
    assert before is not None
    assert after is not None
    assert (before.code, after.code) == ("sales-representative", "senior-sales-representative")
    served = positions_of_profiles(TODAY)
    assert served["senior-sales-representative"] == ["inside-sales-coordinator", "senior-sales-representative"]


def test_a_position_without_a_profile_is_left_out(framework: Framework) -> None:
    found = profiles_of_positions(["hr-head", "sales-representative", "regional-sales-manager"], TODAY)
    assert {position: profile.code for position, profile in found.items()} == {
        "sales-representative": "sales-representative",
        "regional-sales-manager": "regional-sales-manager",
    }
    assert profile_of_position("hr-head", TODAY) is None


def test_a_position_is_not_mapped_to_a_profile_that_does_not_exist(framework: Framework) -> None:
    with pytest.raises(UnknownProfileError):
        in_transaction(lambda: map_position("hr-head", "president", TODAY))


def test_the_ladder_ends_at_the_department_manager(framework: Framework) -> None:
    steps = [called("sales-representative")]
    while (step := next_profile(steps[-1])) is not None:
        steps.append(step)
    assert [step.code for step in steps] == [profile.code for profile in profiles()]
    assert steps[-1].code == "sales-department-manager"


@pytest.mark.parametrize("group", [RaterGroup.SELF, RaterGroup.MANAGER, RaterGroup.SECOND_LINE])
def test_named_sources_are_asked_all_items(framework: Framework, group: RaterGroup) -> None:
    assert [item.place for item in items_for(called("sales-representative"), group)] == list(range(41))


def test_anonymous_groups_are_asked_whole_competencies(framework: Framework) -> None:
    representative, manager = called("sales-representative"), called("regional-sales-manager")
    peers = [item.code for item in items_for(representative, RaterGroup.PEERS)]
    assert peers == [f"C{competency}.{number}" for competency in range(3, 8) for number in range(1, 4)]
    assert items_for(representative, RaterGroup.REPORTS) == []
    reports = {item.dimension.code for item in items_for(manager, RaterGroup.REPORTS)}
    assert reports == {"C1", "C3", "C4", "C6", "C7"}


def test_places_of_many_profiles_agree_with_items_of_one(framework: Framework) -> None:
    every = profiles()
    places = item_places(every, framework)
    for profile in every:
        for group in RaterGroup:
            assert places[profile.id, group] == tuple(item.place for item in items_for(profile, group, framework))
            if group in ANONYMOUS_GROUPS:
                assert len(places[profile.id, group]) <= 15


def test_requirements_come_in_the_order_of_the_dimensions(framework: Framework) -> None:
    for requirements in requirements_of(profiles()).values():
        codes = [requirement.dimension_code for requirement in requirements]
        assert codes == sorted(codes)
        assert sum(requirement.weight_percent for requirement in requirements) == 100
        assert sum(requirement.weight for requirement in requirements) == pytest.approx(1)
