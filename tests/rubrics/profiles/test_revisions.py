"""A new version of a profile: written by HR, checked against the framework, beside the old one."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from rubrics.catalogue.actions import load_catalogue
from rubrics.frameworks.models import Framework, RaterGroup
from rubrics.frameworks.queries import dimensions_of, published_framework
from rubrics.profiles.forms import content_in_form
from rubrics.profiles.models import Profile
from rubrics.profiles.queries import items_for, profile_by_code, versions_of_profile
from web.transactions import in_transaction

Clients = Callable[..., FlaskClient]
CODE = "sales-representative"


def in_force() -> Profile:
    profile = profile_by_code(CODE)
    assert profile is not None
    return profile


def typed(profile: Profile, **changes: object) -> MultiDict[str, object]:
    return MultiDict(content_in_form(profile, dimensions_of(published_framework())) | changes)


@pytest.fixture
def revise(framework: Framework, client_of: Clients) -> Callable[..., tuple[int, str]]:
    client, first = client_of("hr"), in_force()

    def send(**changes: object) -> tuple[int, str]:
        response = client.post(f"/role-profiles/{first.public_id}/revise", data=typed(first, **changes))
        return response.status_code, response.get_data(as_text=True)

    assert client.get(f"/role-profiles/{first.public_id}/revise").status_code == 200
    return send


def test_a_new_version_is_in_force_and_the_old_one_stays(revise: Callable[..., tuple[int, str]]) -> None:
    first = in_force()
    status, _page = revise(weight_C2=10, level_C1="3", weight_C1=2, groups_C1=["peers"], groups_C6=[])
    assert status == 303
    now = in_force()
    assert (now.number, now.requirements[0].dimension_code, now.requirements[0].weight_percent) == (2, "C1", 2)
    assert now.requirements[0].groups == ["self", "manager", "peers"]
    assert [item.dimension.code for item in items_for(now, RaterGroup.PEERS)][::3] == ["C1", "C3", "C4", "C5", "C7"]
    assert sum(one.weight_percent for one in first.requirements) == 100
    assert [version.number for version in versions_of_profile(CODE)] == [2, 1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weight_C2": 13}, "the weights sum to 101"),
        ({"level_C2": "", "weight_C2": ""}, "the weights sum to 88"),
        ({"level_C2": ""}, "needs both a required level and a weight"),
        ({"level_R1": "3"}, "needs both a required level and a weight"),
        ({"weight_C2": 0}, "Write a whole number from 1 to 100."),
        ({"weight_C2": ""}, "needs both a required level and a weight"),
        ({"level_C2": "6"}, "Not a valid choice"),
        ({"groups_C2": ["reports", "friends"]}, "friends"),
        ({"groups_C2": ["peers"]}, "at most 15"),
        ({"name_zh": ""}, "This field is required"),
        ({}, "says the same as version 1"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    revise: Callable[..., tuple[int, str]], changes: dict[str, object], words: str
) -> None:
    status, page = revise(**changes)
    assert status == 422
    assert words in page
    assert in_force().number == 1


def test_who_started_from_an_older_version_is_told(revise: Callable[..., tuple[int, str]]) -> None:
    assert revise(name_en="Sales person")[0] == 303
    assert revise(name_en="Seller")[0] == 409
    assert in_force().name["en"] == "Sales person"


def test_a_profile_written_by_hr_is_not_replaced_by_the_catalogue(revise: Callable[..., tuple[int, str]]) -> None:
    assert revise(name_en="Sales person")[0] == 303
    assert not in_transaction(load_catalogue).has_changes
    assert in_force().name["en"] == "Sales person"
