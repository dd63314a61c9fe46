"""What is wrong in the files of a catalogue is named by file and code, and nothing is loaded."""

import shutil
from pathlib import Path

import pytest
from flask import Flask

from rubrics.catalogue.actions import load_catalogue
from rubrics.catalogue.imports import SHIPPED, catalogue_from
from rubrics.entries.errors import (
    AnchorCountError,
    CatalogueError,
    CurveOrderError,
    MissingKeyError,
    RepeatedCodeError,
    TextMissingError,
    UnknownKeyError,
    UnreadableFileError,
    UnsoundProfileError,
    WrongReferenceError,
    WrongValueError,
)
from rubrics.frameworks.queries import latest_published
from web.transactions import in_transaction

NAMED, WITH_PEERS = 'groups = ["self", "manager"] }', 'groups = ["self", "manager", "peers"] }'
NEXT_STEP, NUMERATOR = 'next = "regional-sales-manager"', 'numerator = { zh = "净销售额", en = "Net sales" }\n'
# The file, what stands there, what is written instead, the error, and what its message names.
Mistake = tuple[str, str, str, type[CatalogueError], str]
MISTAKES: list[Mistake] = [
    ("framework.toml", "manager = 50", "manager = 101", WrongValueError, "group_weights"),
    ("framework.toml", "manager = 50", "manager = true", WrongValueError, "manager"),
    ("framework.toml", "= 0.45", "= 0", WrongValueError, "default_rater_variance"),
    ("competencies.toml", 'code = "C1.2"', 'code = "C1.1"', RepeatedCodeError, "C1.1"),
    ("competencies.toml", 'code = "C2"', 'code = "C1"', RepeatedCodeError, "C1"),
    ("competencies.toml", 'zh = "凝聚方向"', 'zh = " "', TextMissingError, "C1.1"),
    ("competencies.toml", '"reports"]', '"friends"]', WrongValueError, "observers"),
    ("areas.toml", "short_name =", "shortname =", MissingKeyError, "short_name"),
    ("areas.toml", 'code = "R1.1"', 'code = "R1.1"\ncolour = "red"', UnknownKeyError, "colour"),
    ("areas.toml", "anchors.zh = [", 'anchors.zh = [\n  "多出来的一级。",', AnchorCountError, "R1.1"),
    ("profiles.toml", "weight = 12", "weight = 13", UnsoundProfileError, "101"),
    ("profiles.toml", "weight = 12", "weight = 12.5", WrongValueError, "weight"),
    ("profiles.toml", "level = 3", "level = 6", WrongValueError, "level"),
    ("profiles.toml", 'dimension = "C2"', 'dimension = "C9"', UnsoundProfileError, "C9"),
    ("profiles.toml", 'dimension = "C2"', 'dimension = "C3"', UnsoundProfileError, "C3"),
    ("profiles.toml", '"manager", "customers"]', '"manager", "peers"]', UnsoundProfileError, "18"),
    (
        "profiles.toml",
        'groups = ["self", "manager"] }',
        'groups = ["self", "manager", "peers"] }',
        UnsoundProfileError,
        "R3",
    ),
    ("profiles.toml", NAMED, 'groups = ["manager"] }', UnsoundProfileError, "R3"),
    ("profiles.toml", NEXT_STEP, 'next = "president"', UnsoundProfileError, "president"),
    (
        "profiles.toml",
        'next = "regional-sales-manager"',
        'next = "sales-representative"',
        UnsoundProfileError,
        "ladder",
    ),
    ("profiles.toml", 'framework = "sales"', 'framework = "service"', WrongReferenceError, "service"),
    ("measures.toml", 'code = "orders"', 'code = "net-sales"', RepeatedCodeError, "net-sales"),
    ("measures.toml", 'area = "R1"', 'area = "C1"', WrongReferenceError, "net-sales"),
    ("measures.toml", 'direction = "higher"', 'direction = "lower"', CurveOrderError, "net-sales"),
    ("measures.toml", "target = 1.0", "target = 1.1", WrongValueError, "net-sales"),
    (
        "measures.toml",
        'numerator = { zh = "净销售额", en = "Net sales" }\n',
        "",
        MissingKeyError,
        "average-order-value",
    ),
    ("measures.toml", 'unit = "money"', 'unit = "gold"', WrongValueError, "unit"),
    ("measures.toml", "[[measure]]", "[[measure", UnreadableFileError, "measures.toml"),
]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_by_file_and_code(app_on_sqlite: Flask, tmp_path: Path, mistake: Mistake) -> None:
    file, right, wrong, error, named = mistake
    folder = tmp_path / "catalogue"
    shutil.copytree(SHIPPED, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert right in text
    (folder / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(error) as caught:
        in_transaction(lambda: load_catalogue(folder))
    # Codes that occur across both files of dimensions are found when both have been read.
    assert file in str(caught.value) or error is RepeatedCodeError
    assert named in str(caught.value)
    assert latest_published() is None


def test_a_missing_file_is_named(app_on_sqlite: Flask, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"framework\.toml"):
        catalogue_from(tmp_path)
