"""Who may open the pages of the review; each feature lists its own."""

from tests.review.cycles.rows import ROWS as CYCLES
from tests.review.pay.rows import ROWS as PAY
from tests.review.plans.rows import ROWS as PLANS
from tests.review.promotions.rows import ROWS as PROMOTIONS
from tests.review.results.rows import ROWS as RESULTS
from tests.review.schemes.rows import ROWS as SCHEMES

ROWS = {**SCHEMES, **CYCLES, **PLANS, **PAY, **PROMOTIONS, **RESULTS}
