"""Tables of development plans: the plan of a participant, its goals, and what was said about them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from people.organisation.models import Person
from review.cycles.models import Participant
from web.database import Base, Identified, Versioned, enum_column, utc_now


class PlanState(StrEnum):
    """Whether both have agreed to the plan."""

    DRAFT = "draft"
    AGREED = "agreed"
    DONE = "done"


class GoalState(StrEnum):
    """How a goal ended, if it has."""

    OPEN = "open"
    REACHED = "reached"
    DROPPED = "dropped"


class GoalKind(StrEnum):
    """Where one learns: at work, from others, or in a course."""

    AT_WORK = "at_work"
    WITH_OTHERS = "with_others"
    COURSE = "course"


class DevelopmentPlan(Identified, Versioned, Base):
    """What a person wants to get better at after a cycle; the person and the manager both agree to it."""

    __tablename__ = "development_plan"

    version: Mapped[int] = mapped_column(default=1)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), unique=True)
    state: Mapped[PlanState] = mapped_column(enum_column(PlanState), default=PlanState.DRAFT)
    agreed_by_subject_at: Mapped[datetime | None]
    agreed_by_manager_at: Mapped[datetime | None]

    participant: Mapped[Participant] = relationship()
    goals: Mapped[list["PlanGoal"]] = relationship(back_populates="plan", order_by="PlanGoal.place")


class PlanGoal(Identified, Versioned, Base):
    """One thing to get better at: which dimension it serves, what will be done, and by when."""

    __tablename__ = "plan_goal"
    __table_args__ = (CheckConstraint("progress BETWEEN 0 AND 100", name="progress_in_percent"),)

    version: Mapped[int] = mapped_column(default=1)
    plan_id: Mapped[int] = mapped_column(ForeignKey("development_plan.id"), index=True)
    place: Mapped[int]
    dimension_code: Mapped[str | None] = mapped_column(String(16))
    kind: Mapped[GoalKind] = mapped_column(enum_column(GoalKind), default=GoalKind.AT_WORK)
    aim: Mapped[str] = mapped_column(String(300))
    steps: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date]
    progress: Mapped[int] = mapped_column(default=0)
    state: Mapped[GoalState] = mapped_column(enum_column(GoalState), default=GoalState.OPEN)

    plan: Mapped[DevelopmentPlan] = relationship(back_populates="goals")


class PlanNote(Identified, Base):
    """What one of the two wrote about a goal when they talked about it."""

    __tablename__ = "plan_note"

    goal_id: Mapped[int] = mapped_column(ForeignKey("plan_goal.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(default=utc_now)

    goal: Mapped[PlanGoal] = relationship()
    author: Mapped[Person] = relationship()
