"""Who may open the pages of the review; each feature lists its own."""

from tests.review.cycles.rows import ROWS as CYCLES
from tests.review.schemes.rows import ROWS as SCHEMES

ROWS = {**SCHEMES, **CYCLES}
