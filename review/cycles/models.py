"""Tables of review cycles: the cycle, and everyone in it as they stood on the day of the snapshot."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assessments.scorecards.models import Scorecard
from assessments.surveys.models import Survey, SurveySubject
from people.organisation.models import Person, Position, Unit
from review.schemes.models import Scheme
from rubrics.profiles.models import Profile
from web.database import Base, Identified, Versioned, enum_column
from web.language import LazyString
from web.language import lazy_gettext as _l


class CycleState(StrEnum):
    """The phases of a cycle, in order; each is left by one verb."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    CONFIRMED = "confirmed"
    RELEASED = "released"

    @property
    def label(self) -> LazyString:
        """The phase in the reader's language."""
        return CYCLE_LABELS[self]


class ParticipationStatus(StrEnum):
    """How a person takes part in a cycle; only the first is graded in full."""

    IN = "in"
    JOINED_LATE = "joined_late"
    PROBATION = "probation"
    LEAVE = "leave"
    LEFT = "left"

    @property
    def label(self) -> LazyString:
        """The status in the reader's language."""
        return STATUS_LABELS[self]


class ParticipantState(StrEnum):
    """How far one participant's result has come."""

    PLANNED = "planned"
    COLLECTING = "collecting"
    CALCULATED = "calculated"
    GRADED = "graded"
    REVIEWED = "reviewed"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    SIGNED = "signed"
    EXCLUDED = "excluded"

    @property
    def label(self) -> LazyString:
        """The state in the reader's language."""
        return PARTICIPANT_LABELS[self]


CYCLE_LABELS = {
    CycleState.DRAFT: _l("Being planned"),
    CycleState.OPEN: _l("Collecting answers"),
    CycleState.CLOSING: _l("Being closed"),
    CycleState.CLOSED: _l("Being graded"),
    CycleState.CONFIRMED: _l("Confirmed"),
    CycleState.RELEASED: _l("Released"),
}
STATUS_LABELS = {
    ParticipationStatus.IN: _l("Whole period"),
    ParticipationStatus.JOINED_LATE: _l("Joined during the period"),
    ParticipationStatus.PROBATION: _l("On probation"),
    ParticipationStatus.LEAVE: _l("On leave"),
    ParticipationStatus.LEFT: _l("Left"),
}
PARTICIPANT_LABELS = {
    ParticipantState.PLANNED: _l("Planned"),
    ParticipantState.COLLECTING: _l("Collecting answers"),
    ParticipantState.CALCULATED: _l("To be graded"),
    ParticipantState.GRADED: _l("To be reviewed"),
    ParticipantState.REVIEWED: _l("Reviewed"),
    ParticipantState.CONFIRMED: _l("Confirmed"),
    ParticipantState.RELEASED: _l("To be signed"),
    ParticipantState.SIGNED: _l("Signed"),
    ParticipantState.EXCLUDED: _l("Does not take part"),
}


class Cycle(Identified, Versioned, Base):
    """One run of a performance review over a period; its survey owns the window, thresholds and form version."""

    __tablename__ = "cycle"
    __table_args__ = (CheckConstraint("period_ends_on >= period_starts_on", name="period_ends_after_start"),)

    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[dict[str, str]]
    period_starts_on: Mapped[date]
    period_ends_on: Mapped[date]
    snapshot_on: Mapped[date]
    grading_ends_at: Mapped[datetime]
    state: Mapped[CycleState] = mapped_column(enum_column(CycleState), default=CycleState.DRAFT, index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), unique=True)
    closed_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]

    survey: Mapped[Survey] = relationship()
    unit: Mapped[Unit | None] = relationship()


class Participant(Identified, Versioned, Base):
    """A person in a cycle, with unit, position, managers, profile and scheme as on the day of the snapshot."""

    __tablename__ = "participant"
    __table_args__ = (
        UniqueConstraint("cycle_id", "person_id"),
        Index("ix_participant_cycle_id_manager_id", "cycle_id", "manager_id"),
    )

    version: Mapped[int] = mapped_column(default=1)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    status: Mapped[ParticipationStatus] = mapped_column(enum_column(ParticipationStatus))
    state: Mapped[ParticipantState] = mapped_column(enum_column(ParticipantState), default=ParticipantState.PLANNED)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    job_level: Mapped[int]
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    second_line_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    profile_id: Mapped[int | None] = mapped_column(ForeignKey("profile.id"))
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("scheme.id"))
    scorecard_id: Mapped[int | None] = mapped_column(ForeignKey("scorecard.id"))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("survey_subject.id"), unique=True)
    note: Mapped[str] = mapped_column(String(500), default="")

    cycle: Mapped[Cycle] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    manager: Mapped[Person | None] = relationship(foreign_keys=[manager_id])
    second_line: Mapped[Person | None] = relationship(foreign_keys=[second_line_id])
    unit: Mapped[Unit] = relationship()
    position: Mapped[Position] = relationship()
    profile: Mapped[Profile | None] = relationship()
    scheme: Mapped[Scheme | None] = relationship()
    scorecard: Mapped[Scorecard | None] = relationship()
    subject: Mapped[SurveySubject | None] = relationship()

    @property
    def is_graded(self) -> bool:
        """Whether this participant gets a grade in this cycle."""
        return self.state is not ParticipantState.EXCLUDED
