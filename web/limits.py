"""How often one address may try: slows guessing down without locking anyone out for good."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

# Flask-Limiter keeps only a weak reference: the object has to live in a module.
limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True, strategy="moving-window")
