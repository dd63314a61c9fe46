"""The shipped role profiles: weights that make a whole, groups that can see, steps that lead up."""

from rubrics.catalogue.imports import Catalogue
from rubrics.frameworks.models import ANONYMOUS_GROUPS, DimensionKind, RaterGroup
from rubrics.profiles.models import ProfileContent

LADDER = [
    "sales-representative",
    "senior-sales-representative",
    "regional-sales-manager",
    "sales-department-manager",
]


def levels(profile: ProfileContent) -> dict[str, int]:
    return {entry.dimension_code: entry.required_level for entry in profile.requirements}


def test_four_profiles_form_one_ladder(shipped: Catalogue) -> None:
    assert [profile.code for profile in shipped.profiles] == LADDER
    assert [profile.next_code for profile in shipped.profiles] == [*LADDER[1:], None]


def test_the_weights_of_every_profile_sum_to_one_hundred(shipped: Catalogue) -> None:
    for profile in shipped.profiles:
        assert sum(entry.weight_percent for entry in profile.requirements) == 100, profile.code


def test_an_anonymous_group_is_asked_whole_competencies_and_at_most_fifteen_items(shipped: Catalogue) -> None:
    dimensions = {dimension.code: dimension for dimension in shipped.framework.dimensions}
    for profile in shipped.profiles:
        for group in ANONYMOUS_GROUPS:
            asked = [entry.dimension_code for entry in profile.requirements if group in entry.groups]
            assert all(dimensions[code].kind == DimensionKind.COMPETENCY for code in asked), profile.code
            assert all(group in dimensions[code].observers for code in asked), profile.code
            assert sum(len(dimensions[code].items) for code in asked) <= 15, f"{profile.code}: {group}"


def test_a_person_and_the_manager_are_asked_about_everything_and_the_second_line_by_the_scheme(
    shipped: Catalogue,
) -> None:
    for profile in shipped.profiles:
        for entry in profile.requirements:
            assert {RaterGroup.SELF, RaterGroup.MANAGER} <= set(entry.groups)
            assert RaterGroup.SECOND_LINE not in entry.groups


def test_duties_are_observed_by_the_person_and_those_above(shipped: Catalogue) -> None:
    for dimension in shipped.framework.dimensions:
        named = {RaterGroup.SELF, RaterGroup.MANAGER, RaterGroup.SECOND_LINE}
        assert named <= set(dimension.observers)
        if dimension.kind == DimensionKind.AREA:
            assert set(dimension.observers) == named


def test_no_step_up_the_ladder_requires_less(shipped: Catalogue) -> None:
    for lower, higher in zip(shipped.profiles, shipped.profiles[1:], strict=False):
        above = levels(higher)
        assert all(above[code] >= level for code, level in levels(lower).items()), higher.code
        assert sum(above.values()) > sum(levels(lower).values())


def test_only_who_leads_a_team_is_rated_by_reports(shipped: Catalogue) -> None:
    asked = {
        profile.code: any(RaterGroup.REPORTS in entry.groups for entry in profile.requirements)
        for profile in shipped.profiles
    }
    assert asked == dict(zip(LADDER, [False, False, True, True], strict=True))


def test_default_group_weights_are_those_of_the_contract(shipped: Catalogue) -> None:
    weights = {"self": 0, "manager": 50, "second_line": 0, "peers": 30, "reports": 20, "partners": 20, "customers": 20}
    assert shipped.framework.group_weights == weights
    assert 0.2 <= shipped.framework.default_rater_variance <= 1.0


def test_every_position_of_a_sales_department_has_a_profile(shipped: Catalogue) -> None:
    assert shipped.positions == {
        "sales-representative": "sales-representative",
        "inside-sales-coordinator": "sales-representative",
        "senior-sales-representative": "senior-sales-representative",
        "regional-sales-manager": "regional-sales-manager",
        "sales-department-manager": "sales-department-manager",
    }
