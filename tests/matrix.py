"""What a row of the authorization matrix says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

VISITOR = "visitor"
ACTORS = (
    VISITOR,
    "nancy",
    "steven",
    "andrew",
    "hr",
    "partner",
    "approver",
    "auditor",
    "administrator",
)
EVERYONE = frozenset(ACTORS)
SIGNED_IN = EVERYONE - {VISITOR}
UNKNOWN_ID = "2345678923456789"


def only(*actors: str) -> frozenset[str]:
    """The actors who may open a route; a misspelt one is refused."""
    assert set(actors) <= EVERYONE, actors
    return frozenset(actors)


@dataclass(frozen=True)
class Row:
    """Who may open a route, with which arguments and form data it is tried.

    ``arguments`` makes the parameters of the address from the database of the cast (called with an application
    context); where the route names a thing that the cast has not, add the thing there. ``allowed`` means: not turned
    away; a 422 for an empty form, a redirect or a page are all "let in". An object that does not exist answers 404 to
    everyone, so give one that exists.
    """

    allowed: frozenset[str]
    arguments: Callable[[], Mapping[str, Any]] | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    def path(self, product: Flask, rule: Rule) -> str:
        """The address to try."""
        values = dict(self.arguments()) if self.arguments else {}
        values = {name: values.get(name, rule.defaults.get(name) if rule.defaults else None) for name in rule.arguments}
        adapter = product.url_map.bind("localhost")
        return adapter.build(rule.endpoint, {key: value for key, value in values.items() if value is not None})
