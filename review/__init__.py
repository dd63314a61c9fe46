"""Using the evidence: schemes, cycles, results, plans, pay and promotion."""
