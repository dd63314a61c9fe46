"""What does not count on a scorecard: KPIs left out with approval, results that were not delivered."""
