"""From stored cells and scorecards to the numbers of a result, at close and at every recomputation."""
