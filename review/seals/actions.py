"""Sealing the results of a cycle in the transaction that releases them."""

from flask import current_app
from sqlalchemy import insert

from people.audit.actions import record
from review.cycles.models import Cycle
from review.results.models import ResultSeal
from review.results.queries import results_of
from review.seals.queries import KEY_NAME, correlation_of, grade_histories, seal_code, sealed_content
from web.database import db, utc_now
from web.sealing import key_named, make_key

CHUNK = 500


def seal_results(cycle: Cycle, release: int = 1) -> int:
    """Seal every result of a cycle under the server's key; returns how many."""
    folder = current_app.config["SETTINGS"].keys
    make_key(folder, KEY_NAME)
    key = key_named(folder, KEY_NAME)
    db.session.flush()
    results, histories, correlation = results_of(cycle), grade_histories(cycle), correlation_of(cycle.survey)
    for start in range(0, len(results), CHUNK):
        rows = []
        for result in results[start : start + CHUNK]:
            content = sealed_content(result, histories[result.id], correlation)
            code = seal_code(content, key)
            rows.append(
                {"result_id": result.id, "release": release, "content": content, "code": code, "sealed_at": utc_now()}
            )
        db.session.execute(insert(ResultSeal), rows)
    record("cycle.sealed", about=cycle, details={"results": len(results)})
    return len(results)
