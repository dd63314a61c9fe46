"""Loading: once it adds, again it changes nothing, and it never replaces what HR has written."""

import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from people.audit.models import AuditEvent
from rubrics.catalogue.actions import load_catalogue
from rubrics.catalogue.imports import SHIPPED
from rubrics.frameworks.actions import edit_item, publish_framework, start_draft
from rubrics.frameworks.models import Framework, VersionOrigin
from rubrics.frameworks.queries import draft_framework, items_of, published_framework
from rubrics.measures.queries import measure_by_code, measures, versions_of_measure
from rubrics.profiles.queries import profile_by_code, profiles
from web.database import db
from web.transactions import in_transaction


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    folder = tmp_path / "newer"
    shutil.copytree(SHIPPED, folder)
    for file, right, wrong in (
        ("competencies.toml", 'en = "Setting direction"', 'en = "Giving direction"'),
        ("profiles.toml", 'en = "Sales representative"', 'en = "Sales person"'),
        ("measures.toml", 'en = "Net sales" }\ndefinition', 'en = "Sales" }\ndefinition'),
    ):
        text = (folder / file).read_text(encoding="utf-8")
        assert right in text
        (folder / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    return folder


def test_the_catalogue_is_loaded_once(app: Flask) -> None:
    outcome = in_transaction(load_catalogue)
    assert (outcome.framework_number, outcome.is_draft) == (1, False)
    assert (len(outcome.profiles), len(outcome.positions), len(outcome.measures)) == (4, 5, len(measures()))
    before = db.session.scalar(select(func.count()).select_from(AuditEvent))
    assert not in_transaction(load_catalogue).has_changes
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == before
    assert len(items_of(published_framework())) == 41


def test_a_newer_catalogue_adds_versions_of_what_differs(framework: Framework, newer: Path) -> None:
    outcome = in_transaction(lambda: load_catalogue(newer))
    assert (outcome.framework_number, outcome.is_draft) == (2, False)
    assert outcome.profiles == ("sales-representative",)
    assert outcome.measures == ("net-sales",)
    profile, measure = profile_by_code("sales-representative"), measure_by_code("net-sales")
    assert profile is not None
    assert measure is not None
    assert (profile.number, profile.name["en"]) == (2, "Sales person")
    assert (measure.number, measure.name["en"]) == (2, "Sales")
    assert [version.number for version in versions_of_measure("net-sales")] == [2, 1]
    assert profiles()[0].code == "sales-representative"
    assert not in_transaction(lambda: load_catalogue(newer)).has_changes


def test_what_hr_has_published_is_not_replaced_unasked(framework: Framework, newer: Path) -> None:
    draft = in_transaction(lambda: start_draft(framework))
    item = items_of(draft)[0]
    name = {"zh": "把准方向", "en": "Keeping direction"}
    in_transaction(lambda: edit_item(item, name=name, definition=item.definition, anchors=item.anchors))
    in_transaction(lambda: publish_framework(draft))
    assert in_transaction(lambda: load_catalogue(newer)).is_draft
    assert items_of(published_framework())[0].name["en"] == "Keeping direction"
    waiting = draft_framework()
    assert waiting is not None
    assert waiting.origin == VersionOrigin.CATALOGUE
    assert items_of(waiting)[0].name["en"] == "Giving direction"


def test_the_command_loads_and_says_so(app: Flask, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke
    first = run(args=["rubrics", "load"])
    assert first.exit_code == 0, first.output
    assert "version 1, published" in first.output
    assert "Nothing new" in run(args=["rubrics", "load"]).output
    wrong = run(args=["rubrics", "load", str(tmp_path)])
    assert wrong.exit_code == 1
    assert "framework.toml" in wrong.output
