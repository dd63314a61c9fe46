"""Pages of the role profiles: radar with its table, two side by side, positions mapped by HR."""

from collections.abc import Callable
from datetime import date

from flask.testing import FlaskClient

from people.organisation.queries import all_positions
from rubrics.frameworks.models import Framework
from rubrics.profiles.queries import profile_of_position, profiles

Clients = Callable[..., FlaskClient]


def test_a_profile_shows_its_radar_its_table_and_what_the_levels_look_like(
    framework: Framework, client_of: Clients
) -> None:
    representative = profiles()[0]
    page = client_of("nancy").get(f"/role-profiles/{representative.public_id}").get_data(as_text=True)
    assert "data:image/svg+xml" in page
    assert "Communication and negotiation" in page
    assert "16%" in page
    assert "Inside sales coordinator" in page
    assert "is-required" in page
    assert "R1 " not in page


def test_two_profiles_stand_side_by_side_with_the_difference(framework: Framework, client_of: Clients) -> None:
    first, second, *_others = profiles()
    page = client_of("nancy", "zh").get(f"/role-profiles/compare?first={first.public_id}&second={second.public_id}")
    text = page.get_data(as_text=True)
    assert first.name["zh"] in text
    assert second.name["zh"] in text
    assert "+1" in text


def test_an_unknown_choice_falls_back_to_the_first_two(framework: Framework, client_of: Clients) -> None:
    assert client_of("nancy").get("/role-profiles/compare?first=x&second='").status_code == 200


def test_hr_maps_a_position_from_a_day_on(framework: Framework, client_of: Clients) -> None:
    client = client_of("hr")
    position = next(one for one in all_positions() if one.code == "hr-partner")
    address = f"/role-profiles/positions/{position.public_id}"
    assert client.get(address).status_code == 200
    data = {"profile_code": "sales-representative", "starts_on": "2026-07-01"}
    assert client.post(address, data=data).status_code == 303
    mapped = profile_of_position("hr-partner", date(2026, 7, 1))
    assert mapped is not None
    assert mapped.code == "sales-representative"
    assert profile_of_position("hr-partner", date(2026, 6, 30)) is None


def test_a_mapping_to_nothing_or_from_no_day_is_refused(framework: Framework, client_of: Clients) -> None:
    client = client_of("hr")
    address = f"/role-profiles/positions/{all_positions()[0].public_id}"
    for data in ({"profile_code": "president", "starts_on": "2026-07-01"}, {"profile_code": "sales-representative"}):
        assert client.post(address, data=data).status_code == 422


def test_the_ladder_without_a_catalogue_says_what_to_do(client_of: Clients) -> None:
    assert "flask rubrics load" in client_of("nancy").get("/role-profiles").get_data(as_text=True)
    assert client_of("nancy").get("/role-profiles/compare").status_code == 404
