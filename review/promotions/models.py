"""Table of promotions: who is proposed for which profile and position, with the reasons, and who decided."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assessments.surveys.models import refuse
from people.organisation.models import Person, Position
from review.cycles.models import Participant
from rubrics.profiles.models import Profile
from web.database import Base, Identified, Versioned, enum_column, utc_now
from web.language import LazyString
from web.language import lazy_gettext as _l


class PromotionState(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> LazyString:
        """What people call this state."""
        return {
            PromotionState.PROPOSED: _l("Waits for approval"),
            PromotionState.APPROVED: _l("Approved"),
            PromotionState.REFUSED: _l("Refused"),
            PromotionState.WITHDRAWN: _l("Withdrawn"),
        }[self]


class Promotion(Identified, Versioned, Base):
    """A proposal to promote a participant; ``standing`` keeps how each requirement of the next profile stood."""

    __tablename__ = "promotion"
    __table_args__ = (
        CheckConstraint("state <> 'approved' OR decided_by_id <> proposed_by_id", name="four_eyes"),
        CheckConstraint("state NOT IN ('approved', 'refused') OR decided_by_id IS NOT NULL", name="decided_by_someone"),
    )

    version: Mapped[int] = mapped_column(default=1)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id"))
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    effective_on: Mapped[date]
    readiness: Mapped[str] = mapped_column(String(32))
    standing: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[PromotionState] = mapped_column(enum_column(PromotionState), default=PromotionState.PROPOSED)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(default=utc_now)
    fingerprint: Mapped[str] = mapped_column(String(64))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str] = mapped_column(Text, default="")

    participant: Mapped[Participant] = relationship()
    profile: Mapped[Profile] = relationship()
    position: Mapped[Position] = relationship()
    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])


# What the database itself refuses. Migrations execute the same statements: (dialect, statement), in this order.
DATABASE_PROMISES: list[tuple[str, str]] = []
for _verb in ("UPDATE", "DELETE"):
    refuse(
        Promotion,
        f"promotion_is_kept_on_{_verb.lower()}",
        _verb,
        "OLD.state <> 'proposed'",
        "a promotion that was decided or withdrawn never changes",
        promises=DATABASE_PROMISES,
    )
refuse(
    Promotion,
    "promotion_is_not_decided_by_the_promoted",
    "UPDATE",
    "NEW.decided_by_id = (SELECT person_id FROM participant WHERE id = NEW.participant_id)",
    "nobody decides on their own promotion",
    promises=DATABASE_PROMISES,
)
