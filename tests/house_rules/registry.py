"""What a house rule is: where it looks, what to write instead, and two examples that prove it can fail and pass."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.house_rules.sources import Place, Source

Finder = Callable[[Source], Iterator[Place]]
Example = tuple[str, str]


@dataclass(frozen=True)
class Rule:
    """One rule: the finder yields the line and the words of each place that breaks it."""

    name: str
    finder: Finder
    instead: str
    bad: Example
    good: Example

    def offences(self, source: Source) -> list[str]:
        """Where this file breaks the rule."""
        return [f"{source.path}:{line}: {what}" for line, what in self.finder(source)]


RULES: list[Rule] = []


def rule(instead: str, *, bad: Example, good: Example) -> Callable[[Finder], Finder]:
    """Make a finder a house rule; ``bad`` and ``good`` are each a path and a text."""

    def register(finder: Finder) -> Finder:
        RULES.append(Rule(finder.__name__, finder, instead, bad, good))
        return finder

    return register
