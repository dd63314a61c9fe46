"""Granted roles (who holds which, over which unit, from when to when), and the viewer that comes of them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from people.organisation.models import Person, Unit
from people.permissions import PERMISSIONS_OF, Permission, Role
from web.database import Base, Identified, Versioned, enum_column


class RoleGrant(Identified, Versioned, Base):
    """A role given to a person for a period (both days included), over a unit with all below it or over all."""

    __tablename__ = "role_grant"
    __table_args__ = (CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),)

    version: Mapped[int] = mapped_column(default=1)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    person: Mapped[Person] = relationship()
    unit: Mapped[Unit | None] = relationship()

    def is_valid(self, on: date) -> bool:
        """Whether the grant holds on that day."""
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True)
class Viewer:
    """Who is looking: the signed-in person with all that today's grants and reporting lines allow.

    Also what Flask-Login calls the user; ``session_token`` is what the browser's cookie holds.
    """

    account_id: int
    person_id: int
    name: str
    language: str | None
    session_token: str
    confirmed_at: datetime
    today: date
    grants: tuple[RoleGrant, ...]
    has_reports: bool

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """The session token, for Flask-Login."""
        return self.session_token

    @property
    def roles(self) -> frozenset[Role]:
        """All roles held today: employee, manager by having reports, and what is granted."""
        implied = {Role.EMPLOYEE, *((Role.MANAGER,) if self.has_reports else ())}
        return frozenset(implied | {grant.role for grant in self.grants})

    @property
    def permissions(self) -> frozenset[Permission]:
        """All permissions that these roles carry, over whomever they reach."""
        return frozenset().union(*(PERMISSIONS_OF[role] for role in self.roles))

    def can(self, permission: Permission) -> bool:
        """Whether any role of this viewer carries the permission."""
        return permission in self.permissions

    def holds(self, role: Role) -> bool:
        """Whether the viewer holds a role today."""
        return role in self.roles
