"""Tables of surveys while they collect: the survey, whom it is about, who is asked; answers lie apart and sealed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DDL, JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from people.organisation.models import Person
from rubrics.frameworks.models import Framework, RaterGroup
from rubrics.profiles.models import Profile
from web.database import Base, Identified, Versioned, enum_column
from web.language import lazy_gettext as _l

LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 3, 10
MOST_ANONYMOUS_ITEMS = 150
PLANNED_PER_GROUP = 5


class SurveyState(StrEnum):
    """Where a survey stands; it never goes back."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class CloseStep(StrEnum):
    """What the close does next; each step can be repeated."""

    MEASURE = "measure"
    DISCARD = "discard"
    COUNT = "count"
    DESTROY = "destroy"
    CLEAN = "clean"
    DONE = "done"


class RequestState(StrEnum):
    """How far a rater is with one request."""

    ASKED = "asked"
    STARTED = "started"
    SUBMITTED = "submitted"
    DECLINED = "declined"


class Question(StrEnum):
    """What may be commented on, in the rater's own words."""

    KEEP = "keep"
    MORE = "more"
    CHANGE = "change"

    @property
    def label(self) -> str:
        """The question as raters and readers see it."""
        return str(QUESTION_LABELS[self])


QUESTION_LABELS = {
    Question.KEEP: _l("What should this person keep doing?"),
    Question.MORE: _l("What should this person do more of?"),
    Question.CHANGE: _l("What should this person change?"),
}


class Survey(Identified, Versioned, Base):
    """One collection of answers: its window, its promise to raters and the version of its form."""

    __tablename__ = "survey"
    __table_args__ = (
        CheckConstraint(f"threshold BETWEEN {LOWEST_THRESHOLD} AND {HIGHEST_THRESHOLD}", name="threshold_in_range"),
        CheckConstraint("closes_at > opens_at", name="closes_after_opening"),
        CheckConstraint("state = 'draft' OR framework_id IS NOT NULL", name="form_pinned"),
        CheckConstraint("(state IN ('closing', 'closed')) = (close_step IS NOT NULL)", name="step_while_closing"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
    )

    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[dict[str, str]]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    time_zone: Mapped[str] = mapped_column(String(64))
    threshold: Mapped[int] = mapped_column(default=LOWEST_THRESHOLD)
    group_weights: Mapped[dict[str, int]] = mapped_column(JSON)
    framework_id: Mapped[int | None] = mapped_column(ForeignKey("framework.id"), index=True)
    state: Mapped[SurveyState] = mapped_column(enum_column(SurveyState), default=SurveyState.DRAFT, index=True)
    close_step: Mapped[CloseStep | None] = mapped_column(enum_column(CloseStep))
    closed_at: Mapped[datetime | None]

    framework: Mapped[Framework | None] = relationship()

    @property
    def key_name(self) -> str:
        """The name of the file with the key that seals the answers."""
        return key_name_of(self.public_id)

    @property
    def reminder_key(self) -> str:
        """What the keys of all its reminders begin with."""
        return f"reminder:{self.public_id}"

    @property
    def is_closed(self) -> bool:
        """Whether the close has done its last step."""
        return self.state == SurveyState.CLOSED

    def is_collecting(self, now: datetime) -> bool:
        """Whether answers are taken at that moment: open, and inside the window whatever the jobs are doing."""
        return self.state == SurveyState.OPEN and self.opens_at <= now < self.closes_at


def key_name_of(public_id: str) -> str:
    """The name of the key file of the survey with this public id."""
    return f"survey-{public_id}"


class SurveySubject(Identified, Base):
    """A person whom a survey is about, with the role profile they are judged by."""

    __tablename__ = "survey_subject"
    __table_args__ = (UniqueConstraint("survey_id", "person_id"),)

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id"), index=True)
    group_weights: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))

    survey: Mapped[Survey] = relationship()
    person: Mapped[Person] = relationship()
    profile: Mapped[Profile] = relationship()

    @property
    def weights(self) -> dict[str, int]:
        """The weight of each group for this subject."""
        return self.survey.group_weights if self.group_weights is None else self.group_weights


class RatingRequest(Identified, Base):
    """Somebody was asked to rate somebody: the only place that knows raters, without a moment, gone after the close."""

    __tablename__ = "rating_request"
    __table_args__ = (
        UniqueConstraint("subject_id", "rater_id"),
        Index("ix_rating_request_rater_id_state", "rater_id", "state"),
    )

    subject_id: Mapped[int] = mapped_column(ForeignKey("survey_subject.id"))
    rater_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    group: Mapped[RaterGroup] = mapped_column("rater_group", enum_column(RaterGroup))
    state: Mapped[RequestState] = mapped_column(enum_column(RequestState), default=RequestState.ASKED)

    subject: Mapped[SurveySubject] = relationship()
    rater: Mapped[Person] = relationship()

    @property
    def is_waiting(self) -> bool:
        """Whether the rater has neither submitted nor declined."""
        return self.state in {RequestState.ASKED, RequestState.STARTED}


class SealedAnswer(Base):
    """The ratings of one request under the survey's key; its name is joined to the request by the key alone.

    Every row of a survey has the same length. There is no row number that would keep the order of arrival.
    """

    __tablename__ = "sealed_answer"
    __table_args__ = ({"sqlite_with_rowid": False},)

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    name: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class SealedComment(Base):
    """The comments of one request, also where there are none, in the same length for everyone."""

    __tablename__ = "sealed_comment"
    __table_args__ = ({"sqlite_with_rowid": False},)

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    name: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


# What the database itself refuses. Migrations execute the same statements: (dialect, statement), in this order.
DATABASE_PROMISES: list[tuple[str, str]] = []
STATES_IN_ORDER = "CASE {row}.state WHEN 'draft' THEN 0 WHEN 'open' THEN 1 WHEN 'closing' THEN 2 ELSE 3 END"


def _ddl(statement: str, dialect: str) -> Any:
    kind: Any = DDL
    return kind(statement).execute_if(dialect=dialect)


def refuse(
    table: type[Base],
    name: str,
    verb: str,
    condition: str,
    message: str,
    *,
    promises: list[tuple[str, str]] = DATABASE_PROMISES,
) -> None:
    """Let both databases refuse a verb on a table while the condition on its rows holds."""
    rows = "OLD" if verb == "DELETE" else "NEW"
    statements = (
        (
            "sqlite",
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table.__tablename__} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        ),
        (
            "postgresql",
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF ({condition}) THEN "
            f"RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF; RETURN {rows}; END $$",
        ),
        (
            "postgresql",
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table.__tablename__} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ),
    )
    for dialect, statement in statements:
        promises.append((dialect, statement))
        event.listen(table.__table__, "after_create", _ddl(statement, dialect))


refuse(
    Survey,
    "survey_is_only_tightened",
    "UPDATE",
    "OLD.state <> 'draft' AND NEW.threshold < OLD.threshold",
    "after opening a threshold is raised, never lowered",
)
refuse(
    Survey,
    "survey_never_goes_back",
    "UPDATE",
    f"{STATES_IN_ORDER.format(row='NEW')} < {STATES_IN_ORDER.format(row='OLD')}",
    "a survey never goes back to an earlier state",
)
refuse(
    Survey,
    "survey_keeps_its_form",
    "UPDATE",
    "OLD.state <> 'draft' AND NEW.framework_id <> OLD.framework_id",
    "the form of an open survey never changes",
)
# A closed survey with requests or sealed answers left would be a broken promise: it cannot be written down.
refuse(
    Survey,
    "survey_closes_empty",
    "UPDATE",
    "NEW.state = 'closed' AND (EXISTS (SELECT 1 FROM sealed_answer WHERE survey_id = NEW.id) OR EXISTS "
    "(SELECT 1 FROM sealed_comment WHERE survey_id = NEW.id) OR EXISTS (SELECT 1 FROM rating_request JOIN "
    "survey_subject ON survey_subject.id = rating_request.subject_id WHERE survey_subject.survey_id = NEW.id))",
    "a survey is closed when nothing is left that knows its raters",
)
for _table in (SealedAnswer, SealedComment):
    for _verb in ("INSERT", "UPDATE"):
        refuse(
            _table,
            f"{_table.__tablename__}_{_verb.lower()}_only_while_open",
            _verb,
            "(SELECT state FROM survey WHERE id = NEW.survey_id) <> 'open'",
            "answers are taken only while the survey is open",
        )
refuse(
    RatingRequest,
    "rating_request_only_before_close",
    "INSERT",
    "(SELECT survey.state FROM survey JOIN survey_subject ON survey_subject.survey_id = survey.id "
    "WHERE survey_subject.id = NEW.subject_id) IN ('closing', 'closed')",
    "nobody is asked after the close",
)
