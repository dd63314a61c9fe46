"""Tables of the role profiles and of the positions that have them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rubrics.frameworks.models import (
    RaterGroup,
    VersionOrigin,
    VersionState,
    keep_parts_of_published,
    keep_published,
)
from web.database import Base, Identified, Versioned, enum_column

WHOLE_WEIGHT = 100


@dataclass(frozen=True)
class RequirementContent:
    """What a profile requires of one dimension."""

    dimension_code: str
    required_level: int
    weight_percent: int
    groups: tuple[str, ...]


@dataclass(frozen=True)
class ProfileContent:
    """All that a version of a profile says."""

    code: str
    place: int
    name: dict[str, str]
    purpose: dict[str, str]
    next_code: str | None
    framework_code: str
    requirements: tuple[RequirementContent, ...]


class Profile(Identified, Versioned, Base):
    """One version of what a role requires; a published one never changes."""

    __tablename__ = "profile"
    __table_args__ = (
        UniqueConstraint("code", "number"),
        Index(
            "uq_profile_code_draft",
            "code",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("next_code IS NULL OR next_code <> code", name="next_code"),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published_at"),
    )

    version: Mapped[int] = mapped_column(default=1)
    code: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    place: Mapped[int]
    name: Mapped[dict[str, str]]
    purpose: Mapped[dict[str, str]]
    next_code: Mapped[str | None] = mapped_column(String(60))
    framework_code: Mapped[str] = mapped_column(String(40))
    state: Mapped[VersionState] = mapped_column(enum_column(VersionState), default=VersionState.DRAFT)
    origin: Mapped[VersionOrigin] = mapped_column(enum_column(VersionOrigin))
    content_digest: Mapped[str | None] = mapped_column(String(64))
    published_at: Mapped[datetime | None]
    requirements: Mapped[list["Requirement"]] = relationship(
        back_populates="profile", order_by="Requirement.place", cascade="all, delete-orphan"
    )

    @property
    def is_published(self) -> bool:
        """Whether this version stands for good."""
        return self.state == VersionState.PUBLISHED


class Requirement(Identified, Base):
    """What a profile requires of one dimension, how much it weighs and which groups are asked about it."""

    __tablename__ = "requirement"
    __table_args__ = (
        UniqueConstraint("profile_id", "dimension_code"),
        UniqueConstraint("profile_id", "place"),
        CheckConstraint("required_level BETWEEN 1 AND 5", name="required_level"),
        CheckConstraint("weight_percent BETWEEN 1 AND 100", name="weight_percent"),
    )

    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id", ondelete="CASCADE"))
    dimension_code: Mapped[str] = mapped_column(String(8))
    place: Mapped[int]
    required_level: Mapped[int]
    weight_percent: Mapped[int]
    groups: Mapped[list[str]] = mapped_column(JSON)
    profile: Mapped[Profile] = relationship(back_populates="requirements", innerjoin=True)

    @property
    def weight(self) -> float:
        """The dimension's share of the profile, from 0 to 1."""
        return self.weight_percent / WHOLE_WEIGHT

    @property
    def group_labels(self) -> list[str]:
        """The groups that are asked, in the reader's language."""
        return [RaterGroup(group).label for group in self.groups]

    def asks(self, group: RaterGroup) -> bool:
        """Whether the answers of this group count for the dimension in this role; the second line as the manager."""
        counted = RaterGroup.MANAGER if group == RaterGroup.SECOND_LINE else group
        return counted.value in self.groups


class PositionProfile(Identified, Base):
    """From a day on, people in a position are judged by a profile; the later row replaces the earlier."""

    __tablename__ = "position_profile"
    __table_args__ = (UniqueConstraint("position_code", "starts_on"),)

    position_code: Mapped[str] = mapped_column(String(64))
    profile_code: Mapped[str] = mapped_column(String(60))
    starts_on: Mapped[date]


keep_published(Profile)
keep_parts_of_published(Requirement, "profile", "profile_id")
