"""The moments of a cycle in the demonstration, from the snapshot to the day on which raises take effect."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from review.demonstration.imports import half_year_ending, last_full_month


@dataclass(frozen=True)
class Season:
    """One cycle's period and moments."""

    key: str
    name: dict[str, str]
    period: tuple[date, date]
    planned_at: datetime
    opens_at: datetime
    closes_at: datetime
    grading_ends_at: datetime
    released_at: datetime
    signed_at: datetime
    effective_on: date


def last_season(today: date, zone: ZoneInfo) -> Season:
    """Last year's cycle: the half-year that ended a year before the last full month."""
    year, month = last_full_month(today)
    return _season(half_year_ending(year - 1, month), zone, opens_after=3, days_open=14)


def this_season(today: date, zone: ZoneInfo) -> Season:
    """This year's cycle: opened ten days ago, open for another ten."""
    year, month = last_full_month(today)
    period = half_year_ending(year, month)
    opened_after = max((today - timedelta(days=10) - period[1]).days, 1)
    return _season(period, zone, opens_after=opened_after, days_open=20 if opened_after > 1 else 30)


def _season(period: tuple[date, date], zone: ZoneInfo, *, opens_after: int, days_open: int) -> Season:
    start, end = period

    def at(days: int, hour: int) -> datetime:
        return datetime.combine(end + timedelta(days=days), time(hour), zone)

    closes = opens_after + days_open
    effective = end + timedelta(days=closes + 45)
    return Season(
        key=f"{start.isoformat()}",
        name={
            "zh": f"{start.year}年{start.month}月至{end.year}年{end.month}月绩效考核",
            "en": f"Performance review, {start:%B %Y} to {end:%B %Y}",
        },
        period=period,
        planned_at=at(0, 9),
        opens_at=at(opens_after, 9),
        closes_at=at(closes, 18),
        grading_ends_at=at(closes + 14, 18),
        released_at=at(closes + 18, 10),
        signed_at=at(closes + 20, 15),
        effective_on=date(effective.year, effective.month, 1) if effective.day == 1 else _next_month(effective),
    )


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
