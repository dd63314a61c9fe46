"""The people of the tests: the nine of Northwind's sales department and the small staff of the demonstration."""

from dataclasses import dataclass
from datetime import date

from people.accounts.actions import hashed
from people.accounts.models import Account, AccountState
from people.organisation.models import Employment, Person, Position, Unit
from people.permissions import Role
from people.roles.models import RoleGrant
from web.database import db
from web.texts import sort_key, unique_key

PASSWORD = "correct horse 定盘星"
HIRED_ON = date(2020, 1, 1)
UNITS = (
    ("company", {"zh": "北风贸易", "en": "Northwind Traders"}, None),
    ("sales", {"zh": "销售部", "en": "Sales"}, "company"),
    ("london", {"zh": "伦敦区域", "en": "London region"}, "sales"),
    ("people", {"zh": "人力资源部", "en": "People and Culture"}, "company"),
    ("finance", {"zh": "财务部", "en": "Finance"}, "company"),
)
POSITIONS = (
    ("sales-representative", {"zh": "销售代表", "en": "Sales representative"}, 4),
    ("senior-sales-representative", {"zh": "高级销售代表", "en": "Senior sales representative"}, 6),
    ("inside-sales-coordinator", {"zh": "内勤销售协调员", "en": "Inside sales coordinator"}, 4),
    ("regional-sales-manager", {"zh": "区域销售经理", "en": "Regional sales manager"}, 8),
    ("sales-department-manager", {"zh": "销售部经理", "en": "Sales department manager"}, 10),
    ("hr-head", {"zh": "人力资源负责人", "en": "Head of HR"}, 10),
    ("hr-partner", {"zh": "人力资源业务伙伴", "en": "HR partner"}, 7),
    ("finance-director", {"zh": "财务总监", "en": "Finance director"}, 11),
    ("internal-auditor", {"zh": "内部审计师", "en": "Internal auditor"}, 7),
    ("system-administrator", {"zh": "系统管理员", "en": "System administrator"}, 6),
)


@dataclass(frozen=True)
class Member:
    """One member of the cast."""

    key: str
    number: str
    name: str
    unit: str
    position: str
    manager: str | None
    role: Role | None = None
    role_unit: str | None = None


CAST = (
    Member("andrew", "2", "Andrew Fuller", "sales", "sales-department-manager", None),
    Member("nancy", "1", "Nancy Davolio", "sales", "sales-representative", "andrew"),
    Member("janet", "3", "Janet Leverling", "sales", "sales-representative", "andrew"),
    Member("margaret", "4", "Margaret Peacock", "sales", "sales-representative", "andrew"),
    Member("steven", "5", "Steven Buchanan", "london", "regional-sales-manager", "andrew"),
    Member("michael", "6", "Michael Suyama", "london", "sales-representative", "steven"),
    Member("robert", "7", "Robert King", "london", "sales-representative", "steven"),
    Member("laura", "8", "Laura Callahan", "sales", "inside-sales-coordinator", "andrew"),
    Member("anne", "9", "Anne Dodsworth", "london", "sales-representative", "steven"),
    Member("hr", "101", "林慧敏", "people", "hr-head", None, Role.HR),
    Member("partner", "102", "陈思远", "people", "hr-partner", "hr", Role.HR_PARTNER, "sales"),
    Member("approver", "103", "周建国", "finance", "finance-director", None, Role.APPROVER),
    Member("auditor", "104", "吴雪", "finance", "internal-auditor", "approver", Role.AUDITOR),
    Member("administrator", "105", "高磊", "people", "system-administrator", "hr", Role.ADMINISTRATOR),
)


def load_cast() -> None:
    """Add units, positions, people, accounts and grants; to be called in a transaction."""
    units: dict[str, Unit] = {}
    for code, name, parent in UNITS:
        units[code] = Unit(code=code, name=name, parent=units[parent] if parent else None)
    positions = {code: Position(code=code, title=title, job_level=level) for code, title, level in POSITIONS}
    people = {member.key: _person(member) for member in CAST}
    db.session.add_all([*units.values(), *positions.values(), *people.values()])
    db.session.flush()
    password_hash = hashed(PASSWORD)
    for member in CAST:
        manager = people[member.manager] if member.manager else None
        db.session.add(
            Employment(
                person=people[member.key],
                unit=units[member.unit],
                position=positions[member.position],
                manager=manager,
                starts_on=HIRED_ON,
            )
        )
        db.session.add(_account(people[member.key], password_hash, member.key))
        if member.role:
            unit = units[member.role_unit] if member.role_unit else None
            db.session.add(RoleGrant(person=people[member.key], role=member.role, unit=unit, starts_on=HIRED_ON))


def _person(member: Member) -> Person:
    email = f"{member.key}@northwind.example"
    return Person(
        employee_number=member.number,
        employee_number_key=unique_key(member.number),
        name=member.name,
        sort_key=sort_key(member.name),
        email=email,
        email_key=unique_key(email),
        hired_on=HIRED_ON,
    )


def _account(person: Person, password_hash: str, login: str) -> Account:
    return Account(
        person=person, login=login, login_key=unique_key(login), password_hash=password_hash, state=AccountState.ACTIVE
    )
