"""Tables of the frameworks; a published version can never change, and the database keeps that promise."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    DDL,
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from web.database import Base, Identified, Versioned, enum_column
from web.language import lazy_gettext as _l

LEVELS = (1, 2, 3, 4, 5)
# Migrations create the same triggers that create_all makes: (dialect, statement) in the order of creation.
DATABASE_PROMISES: list[tuple[str, str]] = []
ANONYMOUS_ITEM_LIMIT = 15


class RaterGroup(StrEnum):
    """From where somebody sees the work of the person who is judged."""

    SELF = "self"
    MANAGER = "manager"
    SECOND_LINE = "second_line"
    PEERS = "peers"
    REPORTS = "reports"
    PARTNERS = "partners"
    CUSTOMERS = "customers"

    @property
    def is_anonymous(self) -> bool:
        """Whether raters of this group are promised that nobody learns what they answered."""
        return self in ANONYMOUS_GROUPS

    @property
    def label(self) -> str:
        """The group's name in the reader's language."""
        return str(GROUP_LABELS[self])


ANONYMOUS_GROUPS = (RaterGroup.PEERS, RaterGroup.REPORTS, RaterGroup.PARTNERS, RaterGroup.CUSTOMERS)
NAMED_GROUPS = (RaterGroup.SELF, RaterGroup.MANAGER, RaterGroup.SECOND_LINE)
GROUP_LABELS = {
    RaterGroup.SELF: _l("Self"),
    RaterGroup.MANAGER: _l("Manager"),
    RaterGroup.SECOND_LINE: _l("Second-line manager"),
    RaterGroup.PEERS: _l("Peers"),
    RaterGroup.REPORTS: _l("Direct reports"),
    RaterGroup.PARTNERS: _l("Partner departments"),
    RaterGroup.CUSTOMERS: _l("Customers"),
}


class DimensionKind(StrEnum):
    """What a dimension is made of: behaviours of a competency or duties of an area."""

    COMPETENCY = "competency"
    AREA = "area"


class VersionState(StrEnum):
    """A version is written as a draft and then stands for good."""

    DRAFT = "draft"
    PUBLISHED = "published"


class VersionOrigin(StrEnum):
    """Where a version came from: the shipped catalogue or the organisation's own hand."""

    CATALOGUE = "catalogue"
    OWN = "own"


class Framework(Identified, Versioned, Base):
    """One version of a framework, which is also the version of every form made from it."""

    __tablename__ = "framework"
    __table_args__ = (
        UniqueConstraint("code", "number"),
        Index(
            "uq_framework_code_draft",
            "code",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("default_rater_variance > 0", name="default_rater_variance"),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published_at"),
    )

    version: Mapped[int] = mapped_column(default=1)
    code: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    name: Mapped[dict[str, str]]
    state: Mapped[VersionState] = mapped_column(enum_column(VersionState), default=VersionState.DRAFT)
    origin: Mapped[VersionOrigin] = mapped_column(enum_column(VersionOrigin))
    content_digest: Mapped[str | None] = mapped_column(String(64))
    published_at: Mapped[datetime | None]
    group_weights: Mapped[dict[str, int]] = mapped_column(JSON)
    default_rater_variance: Mapped[float]
    dimensions: Mapped[list["Dimension"]] = relationship(
        back_populates="framework", order_by="Dimension.place", cascade="all, delete-orphan"
    )
    items: Mapped[list["Item"]] = relationship(
        back_populates="framework", order_by="Item.place", cascade="all, delete-orphan"
    )

    @property
    def is_published(self) -> bool:
        """Whether this version stands for good."""
        return self.state == VersionState.PUBLISHED


class Dimension(Identified, Versioned, Base):
    """A competency or an area of one framework version."""

    __tablename__ = "dimension"
    __table_args__ = (
        UniqueConstraint("framework_id", "code"),
        UniqueConstraint("framework_id", "place"),
        CheckConstraint("place >= 0", name="place"),
    )

    version: Mapped[int] = mapped_column(default=1)
    framework_id: Mapped[int] = mapped_column(ForeignKey("framework.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(8))
    kind: Mapped[DimensionKind] = mapped_column(enum_column(DimensionKind))
    place: Mapped[int]
    name: Mapped[dict[str, str]]
    short_name: Mapped[dict[str, str]]
    definition: Mapped[dict[str, str]]
    observers: Mapped[list[str]] = mapped_column(JSON)
    framework: Mapped[Framework] = relationship(back_populates="dimensions", innerjoin=True)
    items: Mapped[list["Item"]] = relationship(
        back_populates="dimension", order_by="Item.place", cascade="all, delete-orphan"
    )

    @property
    def observer_labels(self) -> list[str]:
        """The groups that can observe it, in the reader's language."""
        return [RaterGroup(group).label for group in self.observers]

    def is_observed_by(self, group: RaterGroup) -> bool:
        """Whether this group can see enough of the work to judge it."""
        return group.value in self.observers


class Item(Identified, Versioned, Base):
    """One behaviour or duty with its five anchored levels; its place is its byte in a packed answer."""

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("framework_id", "code"),
        UniqueConstraint("framework_id", "place"),
        CheckConstraint("place >= 0", name="place"),
    )

    version: Mapped[int] = mapped_column(default=1)
    framework_id: Mapped[int] = mapped_column(ForeignKey("framework.id", ondelete="CASCADE"))
    dimension_id: Mapped[int] = mapped_column(ForeignKey("dimension.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(8))
    place: Mapped[int]
    name: Mapped[dict[str, str]]
    definition: Mapped[dict[str, str]]
    anchors: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    framework: Mapped[Framework] = relationship(back_populates="items", innerjoin=True)
    dimension: Mapped[Dimension] = relationship(back_populates="items", innerjoin=True)

    def anchor(self, level: int) -> dict[str, str]:
        """What one sees at a level from 1 to 5."""
        if level not in LEVELS:
            raise ValueError(f"a level is one of {LEVELS}, not {level}")
        return self.anchors[level - 1]


def _anchor_at(level: int) -> property:
    def anchor(item: Item) -> dict[str, str]:
        return item.anchor(level)

    return property(anchor)


# A form shows each level as a field of its own; under these names it finds what someone else has saved meanwhile.
for _level in LEVELS:
    setattr(Item, f"level_{_level}", _anchor_at(_level))


def guard_changes(table: type[DeclarativeBase], verb: str, condition: str) -> None:
    """Let both databases refuse a verb (insert, update, delete) on a table while the condition on old or new holds."""
    name = f"{table.__tablename__}_refuse_{verb}"
    message = f"a published version never changes: {verb} of {table.__tablename__}"
    statements = {
        "sqlite": (
            f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table.__tablename__} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        ),
        "postgresql": (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
            f"RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF; "
            f"RETURN {'OLD' if verb == 'delete' else 'NEW'}; END $$",
            f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table.__tablename__} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}()",
        ),
    }
    for dialect, commands in statements.items():
        for command in commands:
            DATABASE_PROMISES.append((dialect, command))
            trigger = DDL(command)  # type: ignore[no-untyped-call]  # SQLAlchemy has no types for it
            event.listen(table.__table__, "after_create", trigger.execute_if(dialect=dialect))


def keep_published(table: type[DeclarativeBase]) -> None:
    """A published row is never updated and never deleted."""
    for verb in ("update", "delete"):
        guard_changes(table, verb, "OLD.state = 'published'")


def keep_parts_of_published(part: type[DeclarativeBase], whole: str, key: str) -> None:
    """No part of a published version is added, changed or taken away."""
    sides = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}
    for verb, rows in sides.items():
        condition = " OR ".join(
            f"EXISTS (SELECT 1 FROM {whole} WHERE id = {row}.{key} AND state = 'published')"  # noqa: S608 - constants
            for row in rows
        )
        guard_changes(part, verb, condition)


keep_published(Framework)
keep_parts_of_published(Dimension, "framework", "framework_id")
keep_parts_of_published(Item, "framework", "framework_id")
