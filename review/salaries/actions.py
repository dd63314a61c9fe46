"""Setting pay ranges and entering first salaries; every later salary comes from an approved round of raises."""

from datetime import date

from people.audit.actions import record
from people.organisation.models import Person
from people.organisation.queries import employment_of
from review.pay.models import PayRange, Salary
from review.pay.queries import has_range_from, ranges_on, salary_history
from review.salaries.errors import (
    OwnSalaryError,
    RangeExistsError,
    RangeOrderError,
    SalaryAmountError,
    SalaryDayError,
    SalaryExistsError,
    SalaryFarFromRangeError,
)
from web.database import db
from web.transactions import locked, one_at_a_time

# A salary this many times outside its range was probably typed for another span of time.
FAR_FROM_RANGE = 3


def set_pay_range(job_level: int, currency: str, amounts: tuple[int, int, int], starts_on: date) -> PayRange:
    """Say what a job level is paid from a day on: minimum, midpoint and maximum in minor units."""
    minimum, midpoint, maximum = amounts
    if not 0 < minimum <= midpoint <= maximum:
        raise RangeOrderError
    one_at_a_time("pay ranges")
    if has_range_from(job_level, currency, starts_on):
        raise RangeExistsError(job_level=job_level, currency=currency)
    row = PayRange(
        job_level=job_level,
        currency=currency,
        minimum=minimum,
        midpoint=midpoint,
        maximum=maximum,
        starts_on=starts_on,
    )
    db.session.add(row)
    db.session.flush()
    record("pay.range_set", about=row, details={"job_level": job_level})
    return row


def enter_first_salary(person: Person, amount: int, currency: str, starts_on: date, by_id: int | None) -> Salary:
    """Enter what a person is paid when the product begins to know; later salaries come from approved rounds alone."""
    if by_id == person.id:
        raise OwnSalaryError
    locked(person)
    if salary_history(person.id):
        raise SalaryExistsError(name=person.name)
    _check_first(person, amount, currency, starts_on)
    row = Salary(person_id=person.id, amount=amount, currency=currency, starts_on=starts_on, entered_by_id=by_id)
    db.session.add(row)
    db.session.flush()
    record("pay.first_salary_entered", about=person)
    return row


def _check_first(person: Person, amount: int, currency: str, starts_on: date) -> None:
    employment = employment_of(person.id, starts_on) if person.is_employed(starts_on) else None
    if employment is None:
        raise SalaryDayError(name=person.name)
    if amount <= 0:
        raise SalaryAmountError
    pay_range = ranges_on(starts_on, currency).get(employment.position.job_level)
    if pay_range is not None and not (
        pay_range.minimum <= amount * FAR_FROM_RANGE and amount <= pay_range.maximum * FAR_FROM_RANGE
    ):
        raise SalaryFarFromRangeError(job_level=employment.position.job_level)
