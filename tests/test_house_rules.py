"""The house rules: each holds for every file, and each is proved able to fail by an example that breaks it."""

import pytest

from tests.house_rules import names, pages, places, shapes, wording
from tests.house_rules.registry import RULES, Rule
from tests.house_rules.sources import Source, all_sources

MODULES = (names, pages, places, shapes, wording)
SOURCES = list(all_sources())
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


@each_rule
def test_the_house_keeps(rule: Rule) -> None:
    offences = [offence for source in SOURCES for offence in rule.offences(source)]
    assert not offences, f"{rule.finder.__doc__}\n{rule.instead}\n" + "\n".join(offences)


@each_rule
def test_the_rule_can_fail(rule: Rule) -> None:
    assert rule.offences(Source(*rule.bad)), "the bad example keeps the rule"
    assert rule.offences(Source(*rule.good)) == [], "the good example breaks the rule"


def test_the_rules_see_the_whole_project() -> None:
    paths = {source.path for source in SOURCES}
    assert {"run", "test", "wsgi.py", "web/database.py", "templates/layout.html", "static/steelyard.css"} <= paths
    assert not [path for path in paths if path.startswith(("static/vendor/t", "migrations/", ".venv/"))]
    assert len({rule.name for rule in RULES}) == len(RULES) >= 5 * len(MODULES)
