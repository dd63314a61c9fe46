"""What the files do not hold and the demonstration invents from a seed: ratings, comments, targets and salaries.

Every rater has a habit: most are fair, some lenient or severe, one in fifteen gives the same mark to everything, one in
fifteen never answers; now and then an item cannot be judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from assessments.measurement.envelopes import Comment
from assessments.surveys.models import Question
from rubrics.frameworks.models import RaterGroup

UNABLE = 9
TARGET_RAISE = Decimal("1.10")
MEAN_OF_GROUP = {
    RaterGroup.SELF: 0.25,
    RaterGroup.MANAGER: -0.10,
    RaterGroup.SECOND_LINE: -0.10,
    RaterGroup.PEERS: 0.10,
    RaterGroup.REPORTS: 0.05,
    RaterGroup.PARTNERS: 0.0,
    RaterGroup.CUSTOMERS: 0.15,
}
COMMENTS = {
    Question.KEEP: (
        "承诺的事情一定会有回音，跟他合作很安心。",
        "客户出问题时第一时间到场，态度诚恳。",
        "Prepares every visit and shares what was learned with the team.",
        "Stays calm when a shipment slips and tells the customer the truth.",
        "数据记录完整，交接时不用再追问。",
    ),
    Question.MORE: (
        "多把成功的谈判过程讲给新同事听。",
        "Could bring finance in earlier when terms change.",
        "希望在区域例会上多谈市场变化，而不只是数字。",
        "More coaching on the road, less by e-mail.",
    ),
    Question.CHANGE: (
        "月底压单太多，后勤很难安排。",
        "Answers late when several accounts move at once; agree on priorities.",
        "报价前请先和市场部对一下口径。",
        "Let others speak first in meetings.",
    ),
}


@dataclass(frozen=True)
class Habit:
    """How a rater rates: how far above or below others, how carefully, or not at all."""

    leniency: float
    noise: float
    constant: int | None
    is_silent: bool
    unable_share: float


def habit_of(rater: str, season: str) -> Habit:
    """The habit of a rater in one cycle."""
    random = Random(f"habit {season} {rater}")
    kind = random.random()
    return Habit(
        leniency=random.choice((-0.45, -0.2, 0.0, 0.0, 0.0, 0.2, 0.45)),
        noise=random.uniform(0.35, 0.6),
        constant=random.choice((3, 4, 4)) if 0.07 <= kind < 0.14 else None,
        is_silent=kind < 0.07,
        unable_share=random.choice((0.0, 0.02, 0.05, 0.12)),
    )


def true_level(subject: str, dimension: str, season: str) -> float:
    """How good somebody is in a dimension, as far as an invention can be true; it grows with the seasons."""
    general = Random(f"general {subject}").gauss(3.55, 0.35)
    special = Random(f"special {subject} {dimension}").gauss(0.0, 0.4)
    growth = Random(f"growth {season} {subject}").uniform(-0.05, 0.25)
    return general + special + growth


def ratings_by(
    habit: Habit, *, rater: str, subject: str, group: RaterGroup, items: Sequence[tuple[str, str]], season: str
) -> dict[str, int]:
    """Codes by item for items given as (dimension, item); always the same for the same names and season."""
    random = Random(f"ratings {season} {rater} {subject}")
    codes = {}
    for dimension, item in items:
        if group is not RaterGroup.SELF and random.random() < habit.unable_share:
            codes[item] = UNABLE
        elif habit.constant is not None and group is not RaterGroup.MANAGER:
            codes[item] = habit.constant
        else:
            level = true_level(subject, dimension, season) + habit.leniency + MEAN_OF_GROUP[group]
            codes[item] = min(5, max(1, round(random.gauss(level, habit.noise))))
    return codes


def comments_by(rater: str, subject: str, season: str) -> dict[Question, Comment | None]:
    """What a rater writes; about half of them write anything."""
    random = Random(f"comments {season} {rater} {subject}")
    return {
        question: Comment(question.value, random.choice(texts))
        for question, texts in COMMENTS.items()
        if random.random() < 0.55
    }


def rounded_target(monthly_means: Sequence[Decimal], months: int, step: Decimal) -> Decimal:
    """A target for a period: the mean month before it, raised by a tenth, times its months, to a round number."""
    mean = sum(monthly_means, Decimal(0)) / max(len(monthly_means), 1)
    target = mean * TARGET_RAISE * months
    return max(step, (target / step).quantize(Decimal(1), ROUND_HALF_UP) * step)


def salary_for(number: str, minimum: int, maximum: int) -> int:
    """A yearly salary within a range, in minor units, to a round hundred."""
    place = Random(f"salary {number}").betavariate(2.2, 2.6)
    return round((minimum + (maximum - minimum) * place) / 10_000) * 10_000


def harbour_target(number: str) -> Decimal:
    """The sales target of one of the sixty for six months."""
    return Decimal(Random(f"target {number}").randrange(40, 120) * 6000)


def harbour_actuals(number: str, months: Sequence[str]) -> list[tuple[str, ...]]:
    """Invented monthly figures of one of the sixty, as rows of the actuals import without headings."""
    random = Random(f"figures {number}")
    monthly, talent = float(harbour_target(number)) / 6, random.gauss(1.0, 0.14)
    rows: list[tuple[str, ...]] = []
    for month in months:
        sold = max(round(monthly * random.gauss(talent, 0.12)), 1)
        shipped = random.randrange(20, 60)
        on_time = sum(random.random() < 0.94 for _ in range(shipped))
        collected = round(sold * random.uniform(0.86, 1.0))
        rows += [
            (number, "net-sales", month, str(sold), "", "", ""),
            (number, "on-time-shipping", month, "", str(on_time), str(shipped), ""),
            (number, "collection-rate", month, "", str(collected), str(sold), ""),
        ]
    return rows
