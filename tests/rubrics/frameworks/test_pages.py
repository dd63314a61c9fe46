"""Pages of the framework: one click to the anchors, a draft from start to publication, two versions compared."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from rubrics.frameworks.forms import texts_of
from rubrics.frameworks.models import Framework, Item
from rubrics.frameworks.queries import draft_framework, items_of, published_framework
from tests.sending import sent

Clients = Callable[..., FlaskClient]


def first_item_of_draft() -> Item:
    draft = draft_framework()
    assert draft is not None
    return items_of(draft)[0]


def started(client: FlaskClient, framework: Framework) -> Item:
    response = client.post(f"/framework/versions/{framework.public_id}/draft")
    assert response.status_code == 303
    return first_item_of_draft()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_item_and_every_anchor_is_on_the_page(framework: Framework, client_of: Clients, language: str) -> None:
    page = client_of("nancy", language).get("/framework").get_data(as_text=True)
    for item in items_of(framework):
        for text in (item.name, item.definition, *item.anchors):
            assert text[language].replace("'", "&#39;").replace('"', "&#34;") in page


def test_without_a_catalogue_the_page_says_what_to_do(client_of: Clients) -> None:
    assert "flask rubrics load" in client_of("nancy").get("/framework").get_data(as_text=True)


def test_a_draft_is_written_compared_and_published(framework: Framework, client_of: Clients) -> None:
    client = client_of("hr")
    item = started(client, framework)
    data = texts_of(item) | {"version": str(item.version), "level_3_en": "Says plainly what a good month looks like."}
    assert client.post(f"/framework/items/{item.public_id}/edit", data=data).status_code == 303
    draft = draft_framework()
    assert draft is not None
    page = client.get(f"/framework/compare?before={framework.public_id}&after={draft.public_id}")
    assert "Says plainly what a good month looks like." in page.get_data(as_text=True)
    assert sent(client, f"/framework/versions/{draft.public_id}/publish").status_code == 303
    assert published_framework().number == 2
    assert items_of(published_framework())[0].anchor(3)["en"] == "Says plainly what a good month looks like."
    assert items_of(framework)[0].anchor(3)["en"] != "Says plainly what a good month looks like."


def test_a_missing_text_is_refused_beside_its_field(framework: Framework, client_of: Clients) -> None:
    client = client_of("hr")
    item = started(client, framework)
    data = texts_of(item) | {"version": str(item.version), "level_2_zh": " "}
    response = client.post(f"/framework/items/{item.public_id}/edit", data=data)
    assert response.status_code == 422
    assert 'id="level_2_zh-error"' in response.get_data(as_text=True)
    assert first_item_of_draft().version == 1


def test_two_levels_that_read_alike_are_refused(framework: Framework, client_of: Clients) -> None:
    client = client_of("hr")
    item = started(client, framework)
    data = texts_of(item) | {"version": str(item.version), "level_2_en": item.anchor(4)["en"]}
    response = client.post(f"/framework/items/{item.public_id}/edit", data=data)
    assert response.status_code == 422
    assert "Levels 2 and 4 read the same" in response.get_data(as_text=True)


def test_a_stale_edit_shows_both_versions(framework: Framework, client_of: Clients) -> None:
    client = client_of("hr")
    item = started(client, framework)
    stale = texts_of(item) | {"version": str(item.version)}
    for level, wording in (("level_1_en", "Stays silent when asked about the goal."), ("level_5_en", "Late words.")):
        response = client.post(f"/framework/items/{item.public_id}/edit", data=stale | {level: wording})
    assert response.status_code == 409
    assert "Stays silent when asked about the goal." in response.get_data(as_text=True)
    assert first_item_of_draft().anchor(5)["en"] != "Late words."


def test_a_published_version_offers_no_form_and_refuses_a_late_submit(framework: Framework, client_of: Clients) -> None:
    client = client_of("hr")
    item = items_of(framework)[0]
    assert client.get(f"/framework/items/{item.public_id}/edit").status_code == 403
    data = texts_of(item) | {"version": str(item.version), "name_en": "Another name"}
    response = client.post(f"/framework/items/{item.public_id}/edit", data=data)
    assert response.status_code == 409
    assert items_of(framework)[0].name["en"] != "Another name"


def test_a_second_draft_is_refused(framework: Framework, client_of: Clients) -> None:
    client = client_of("hr")
    started(client, framework)
    assert client.post(f"/framework/versions/{framework.public_id}/draft").status_code == 409


def test_a_draft_without_changes_is_not_published(framework: Framework, client_of: Clients) -> None:
    client = client_of("hr")
    draft = started(client, framework).framework
    assert sent(client, f"/framework/versions/{draft.public_id}/publish").status_code == 422
    assert published_framework().number == 1


def test_a_draft_is_hidden_from_those_who_do_not_write_it(framework: Framework, client_of: Clients) -> None:
    draft = started(client_of("hr"), framework).framework
    client = client_of("nancy")
    assert client.get(f"/framework/versions/{draft.public_id}").status_code == 404
    assert draft.public_id not in client.get("/framework/versions").get_data(as_text=True)


def test_a_discarded_draft_is_gone_and_a_second_click_does_no_harm(framework: Framework, client_of: Clients) -> None:
    client = client_of("hr")
    address = f"/framework/versions/{started(client, framework).framework.public_id}/discard"
    for _click in range(2):
        assert sent(client, address).status_code == 303
    assert draft_framework() is None
