"""The tables after a close: nothing in the schema joins a rater to an answer, a moment or an order."""

import pytest
from flask import Flask
from sqlalchemy import Date, DateTime, Integer, inspect, text
from sqlalchemy.exc import DBAPIError

from assessments.surveys.queries import subjects_of
from tests.assessments.survey_cases import Find, opened
from web.database import db
from web.transactions import in_transaction

KEPT = {
    "stored_cell", "stored_disclosure", "stored_comment", "stored_mean", "stored_variance", "stored_covariance",
    "stored_count", "group_count", "named_rater",
}  # fmt: skip
# A person stands beside a comment only by choice, and beside a cell only as a named source.
PEOPLE = {("stored_comment", "author_id"), ("named_rater", "person_id")}
# All that any of them may refer to: never a request, a sealed answer, an account or a session.
ALLOWED = {"survey", "survey_subject", "person"}


def test_every_table_of_the_close_is_looked_at(app: Flask) -> None:
    names = set(inspect(db.engine).get_table_names())
    assert names >= KEPT
    assert {name for name in names if name.startswith("stored_")} <= KEPT


def test_no_kept_row_leads_to_a_rater_a_request_or_a_session(app: Flask) -> None:
    found = inspect(db.engine)
    to_people = set()
    for table in KEPT:
        for key in found.get_foreign_keys(table):
            assert key["referred_table"] in ALLOWED, table
            if key["referred_table"] == "person":
                to_people.add((table, key["constrained_columns"][0]))
    assert to_people == PEOPLE


def test_no_kept_row_has_a_moment_a_number_of_its_own_or_a_form_version(app: Flask) -> None:
    found = inspect(db.engine)
    for table in KEPT:
        columns = {column["name"]: column for column in found.get_columns(table)}
        assert not [name for name, column in columns.items() if isinstance(column["type"], (Date, DateTime))]
        assert not set(columns) & {"id", "request_id", "answer_id", "rater_id", "framework_id", "form_id", "version"}
        key = found.get_pk_constraint(table)["constrained_columns"]
        references = {name for foreign in found.get_foreign_keys(table) for name in foreign["constrained_columns"]}
        numbers = {name for name in key if isinstance(columns[name]["type"], Integer)} - references
        assert numbers <= {"groups"}, table


def test_nothing_refers_to_an_answer(app: Flask) -> None:
    found = inspect(db.engine)
    answers = {"stored_cell", "stored_comment", "sealed_answer", "sealed_comment"}
    for table in found.get_table_names():
        assert not [key for key in found.get_foreign_keys(table) if key["referred_table"] in answers], table


@pytest.mark.parametrize("group", ["peers", "reports", "partners", "customers"])
def test_the_database_refuses_an_anonymous_rater_by_name(app: Flask, person: Find, group: str) -> None:
    subject = subjects_of(opened(person))[0]
    row = {"subject": subject.id, "group": group, "person": person("nancy").id}
    statement = text("INSERT INTO named_rater (subject_id, rater_group, person_id) VALUES (:subject, :group, :person)")
    with pytest.raises(DBAPIError):
        in_transaction(lambda: db.session.execute(statement, row))
    in_transaction(lambda: db.session.execute(statement, {**row, "group": "manager"}))


def test_a_comment_has_a_name_only_together_with_its_group(app: Flask, person: Find) -> None:
    subject = subjects_of(opened(person))[0]
    statement = text(
        "INSERT INTO stored_comment (public_id, subject_id, question, text, author_id) "
        "VALUES ('2222222222222222', :subject, 'keep', 'x', :author)"
    )
    row = {"subject": subject.id, "author": person("nancy").id}
    with pytest.raises(DBAPIError):
        in_transaction(lambda: db.session.execute(statement, row))
