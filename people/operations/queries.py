"""Background work as a list, with the people it belongs to."""

from sqlalchemy import Select, select

from people.organisation.models import Person
from web.jobs.models import Job


def jobs() -> Select[Job, Person]:
    """All jobs with their owners; only those who operate jobs get to see this list, and they see all."""
    return select(Job, Person).outerjoin(Person, Person.id == Job.owner_id)
