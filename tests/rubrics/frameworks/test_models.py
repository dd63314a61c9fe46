"""A published version never changes: neither through the product nor past it."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from rubrics.frameworks.actions import discard_draft, edit_item, start_draft
from rubrics.frameworks.errors import DraftExistsError, PublishedVersionError
from rubrics.frameworks.models import ANONYMOUS_GROUPS, Framework, RaterGroup
from rubrics.frameworks.queries import (
    content_of,
    differences,
    digest_of,
    dimensions_of,
    draft_framework,
    items_of,
    published_framework,
    versions_of,
)
from web.database import db
from web.transactions import in_transaction

FORBIDDEN = (
    "UPDATE framework SET default_rater_variance = 0.1",
    "UPDATE framework SET state = 'draft', published_at = NULL",
    "DELETE FROM framework",
    "UPDATE item SET place = place + 100",
    "DELETE FROM item",
    "UPDATE dimension SET code = 'X' WHERE code = 'C1'",
    "DELETE FROM dimension",
    "INSERT INTO dimension"
    " (public_id, version, framework_id, code, kind, place, name, short_name, definition, observers)"
    " SELECT 'abcdefghabcdefgh', 1, framework_id, 'X1', kind, 99, name, short_name, definition, observers"
    " FROM dimension WHERE code = 'C1'",
    "UPDATE profile SET place = 9",
    "DELETE FROM profile",
    "UPDATE requirement SET required_level = 1",
    "DELETE FROM requirement",
    "UPDATE measure SET curve_cap = 2",
    "DELETE FROM measure",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_refuses_to_change_what_is_published(framework: Framework, statement: str) -> None:
    def change() -> None:
        db.session.execute(text(statement))

    with pytest.raises(IntegrityError, match="a published version never changes"):
        in_transaction(change)


def test_actions_refuse_to_change_what_is_published(framework: Framework) -> None:
    item = items_of(framework)[0]
    with pytest.raises(PublishedVersionError):
        in_transaction(lambda: edit_item(item, name=item.name, definition=item.definition, anchors=item.anchors))
    with pytest.raises(PublishedVersionError):
        in_transaction(lambda: discard_draft(framework))


def test_a_draft_says_the_same_as_what_it_was_started_from(framework: Framework) -> None:
    draft = in_transaction(lambda: start_draft(framework))
    assert digest_of(content_of(draft)) == digest_of(content_of(framework))
    assert differences(framework, draft) == []
    assert draft.number == framework.number + 1


def test_there_is_one_draft_at_a_time(framework: Framework) -> None:
    in_transaction(lambda: start_draft(framework))
    with pytest.raises(DraftExistsError):
        in_transaction(lambda: start_draft(framework))
    assert len(versions_of()) == 2


def test_a_draft_can_be_discarded_with_all_its_items(framework: Framework) -> None:
    draft = in_transaction(lambda: start_draft(framework))
    in_transaction(lambda: discard_draft(draft))
    assert draft_framework() is None
    assert published_framework().id == framework.id


def test_the_order_of_items_is_the_order_of_bytes(framework: Framework) -> None:
    items = items_of(framework)
    assert [item.place for item in items] == list(range(41))
    assert [item.code for item in items[:4]] == ["C1.1", "C1.2", "C1.3", "C2.1"]
    assert items[-1].code == "R5.3"
    places = [item.dimension.place for item in items]
    assert places == sorted(places)
    assert [dimension.place for dimension in dimensions_of(framework)] == list(range(12))


def test_a_level_outside_the_scale_is_no_level(framework: Framework) -> None:
    item = items_of(framework)[0]
    for level in (0, 6, 9):
        with pytest.raises(ValueError, match="a level is one of"):
            item.anchor(level)


def test_four_groups_are_anonymous(app_on_sqlite: Flask) -> None:
    assert {group for group in RaterGroup if group.is_anonymous} == set(ANONYMOUS_GROUPS)
    assert not RaterGroup.MANAGER.is_anonymous
