"""The way back from a number: each step with its rule, its value and the parts it was made of."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from web.language import LazyString
from web.language import lazy_gettext as _l


class Rule(StrEnum):
    """By which rule a number follows from its parts."""

    GRADE = "grade"
    TOTAL = "total"
    COMPETENCY_SECTION = "competency_section"
    FIGURE_SECTION = "figure_section"
    GAP_POINTS = "gap_points"
    GAP = "gap"
    SCORE = "score"
    CYCLE_LEVEL = "cycle_level"
    CELL = "cell"
    FIGURE_POINTS = "figure_points"
    JOINED_MONTHS = "joined_months"
    MONTH = "month"
    HIDDEN = "hidden"

    @property
    def sentence(self) -> LazyString:
        """The rule in words."""
        return SENTENCES[self]


SENTENCES = {
    Rule.GRADE: _l("The grade whose band holds the shown total; a failed gate caps it."),
    Rule.TOTAL: _l("Mean of the section points by weight, rounded half up to 0.01."),
    Rule.COMPETENCY_SECTION: _l("Mean of the points by the weights of the profile, rounded half up to 0.01."),
    Rule.FIGURE_SECTION: _l("Mean of the KPI points by weight, rounded half up to 0.01."),
    Rule.GAP_POINTS: _l("From the gap: −2 is 60, −1 is 80, 0 is 100, +1 is 110, +2 is 120 points, linear between."),
    Rule.GAP: _l("Score minus required level."),
    Rule.SCORE: _l(
        "How far the shown sources lie from the level of the cycle, by weight, plus that level: a missing group costs "
        "or gains nothing."
    ),
    Rule.CYCLE_LEVEL: _l("Mean of the cycle over all groups that are asked, by weight."),
    Rule.CELL: _l("Mean over the raters of this source."),
    Rule.FIGURE_POINTS: _l("Read off the curve of the KPI: threshold 60, target 100, stretch value 120."),
    Rule.JOINED_MONTHS: _l("The months of the period joined, as the KPI says."),
    Rule.MONTH: _l("One month, from its file."),
    Rule.HIDDEN: _l("Not shown."),
}


@dataclass(frozen=True)
class Step:
    """One number: what it is called, its exact value, how it is shown, how it came about and from what.

    ``parts`` are the numbers it was made of; ``facts`` what else the rule needs (weights, cycle means, curves).
    """

    rule: Rule
    label: str
    value: Any
    shown: str
    how: str = ""
    note: str = ""
    parts: tuple["Step", ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    def walk(self) -> Iterator["Step"]:
        """This step and every step under it."""
        yield self
        for part in self.parts:
            yield from part.walk()
