"""Sealing the results of a cycle in the transaction that releases them."""

from people.audit.actions import record
from review.cycles.models import Cycle
from review.results.models import ResultSeal
from review.results.queries import results_of
from review.seals.queries import seal_code, sealed_content
from web.database import db


def seal_results(cycle: Cycle, release: int = 1) -> int:
    """Seal every result of a cycle under the server's key; returns how many."""
    results = results_of(cycle)
    for result in results:
        content = sealed_content(result)
        db.session.add(ResultSeal(result_id=result.id, release=release, content=content, code=seal_code(content)))
    db.session.flush()
    record("cycle.sealed", about=cycle, details={"results": len(results)})
    return len(results)
