"""Tables of the organisation: units, positions, persons, and who sat where from when to when."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from web.database import Base, Identified, Versioned
from web.texts import unique_key


class Unit(Identified, Versioned, Base):
    """A part of the organisation; units form a tree."""

    __tablename__ = "unit"

    version: Mapped[int] = mapped_column(default=1)
    code: Mapped[str] = mapped_column(String(64))
    code_key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[dict[str, str]]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)

    parent: Mapped["Unit | None"] = relationship(remote_side="Unit.id")

    @validates("code")
    def keep_key(self, _name: str, code: str) -> str:
        """Keep what all spellings of a code share beside it."""
        self.code_key = unique_key(code)
        return code

    def __str__(self) -> str:
        """The code, as forms and files name a unit."""
        return self.code


class Position(Identified, Versioned, Base):
    """A kind of post; its code ties it to a role profile, its job level to a scheme."""

    __tablename__ = "position"
    __table_args__ = (CheckConstraint("job_level BETWEEN 1 AND 30", name="job_level_in_range"),)

    version: Mapped[int] = mapped_column(default=1)
    code: Mapped[str] = mapped_column(String(64))
    code_key: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[dict[str, str]]
    job_level: Mapped[int]

    @validates("code")
    def keep_key(self, _name: str, code: str) -> str:
        """Keep what all spellings of a code share beside it."""
        self.code_key = unique_key(code)
        return code

    def __str__(self) -> str:
        """The code, as forms and files name a position."""
        return self.code


class Person(Identified, Versioned, Base):
    """Someone who works or worked here."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("left_on IS NULL OR left_on >= hired_on", name="leaves_after_hiring"),
        Index("ix_person_sort_key_id", "sort_key", "id"),
    )

    version: Mapped[int] = mapped_column(default=1)
    employee_number: Mapped[str] = mapped_column(String(64))
    employee_number_key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    sort_key: Mapped[str] = mapped_column(String(400))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    hired_on: Mapped[date]
    left_on: Mapped[date | None]

    employments: Mapped[list["Employment"]] = relationship(
        foreign_keys="Employment.person_id", back_populates="person", order_by="Employment.starts_on"
    )

    def __str__(self) -> str:
        """Name and number, as forms name a person: names alone can be shared."""
        return f"{self.name} ({self.employee_number})"

    def is_employed(self, on: date) -> bool:
        """Whether the person works here on that day."""
        return self.hired_on <= on and (self.left_on is None or on <= self.left_on)


class Employment(Identified, Versioned, Base):
    """Where a person sits and to whom they report, from a day on (to a day, both included)."""

    __tablename__ = "employment"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("share BETWEEN 1 AND 100", name="share_in_percent"),
        CheckConstraint("manager_id IS NULL OR manager_id <> person_id", name="not_own_manager"),
        CheckConstraint("dotted_manager_id IS NULL OR dotted_manager_id <> person_id", name="not_own_dotted_manager"),
        Index("ix_employment_person_id_starts_on", "person_id", "starts_on"),
        Index("ix_employment_manager_id_starts_on", "manager_id", "starts_on"),
    )

    version: Mapped[int] = mapped_column(default=1)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), index=True)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    dotted_manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    share: Mapped[int] = mapped_column(default=100)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    person: Mapped[Person] = relationship(foreign_keys=[person_id], back_populates="employments")
    unit: Mapped[Unit] = relationship()
    position: Mapped[Position] = relationship()
    manager: Mapped[Person | None] = relationship(foreign_keys=[manager_id])
    dotted_manager: Mapped[Person | None] = relationship(foreign_keys=[dotted_manager_id])


@dataclass(frozen=True)
class Post:
    """Where an employment puts someone: all that can change from one day to the next."""

    unit_id: int
    position_id: int
    manager_id: int | None = None
    dotted_manager_id: int | None = None
    share: int = 100


def post_of(employment: Employment) -> Post:
    """The post that an employment stands for."""
    return Post(
        employment.unit_id,
        employment.position_id,
        employment.manager_id,
        employment.dotted_manager_id,
        employment.share,
    )


def is_email(text: str) -> bool:
    """Whether a text has the form of one e-mail address, and nothing a mail header could be made of."""
    local, at, domain = text.rpartition("@")
    strange = any(character.isspace() or ord(character) < 32 or character in ',;:<>()[]"\\' for character in text)
    return bool(local and at and domain) and not strange and len(text) <= 254 and not domain.startswith((".", "-"))
