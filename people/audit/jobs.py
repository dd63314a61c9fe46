"""Sealing the trail, every minute and whenever a command asks for it."""

from flask import current_app

from people.audit.actions import seal_batch
from people.audit.queries import last_seal, seals_after
from people.audit.reports import export_heads, last_exported
from web.jobs.registry import every
from web.language import lazy_gettext as _l
from web.sealing import has_key, key_named, make_key
from web.transactions import in_transaction

KEY = "audit"


@every("audit.seal", minutes=1, title=_l("Seal the audit trail"))
def seal_trail() -> int:
    """Seal all events that are committed, and write the new heads into their file; returns the number of batches."""
    settings = current_app.config["SETTINGS"]
    if not has_key(settings.keys, KEY) and last_seal() is None:
        # Where something is sealed already, a lost key is not replaced in silence: key_named says that it is missing.
        make_key(settings.keys, KEY)
    key = key_named(settings.keys, KEY)
    batches = 0
    while in_transaction(lambda: seal_batch(key)) is not None:
        batches += 1
    export_heads(settings.instance, seals_after(last_exported(settings.instance)))
    return batches
