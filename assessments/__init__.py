"""Gathering evidence: 360 surveys, scorecards and targets, hiring tests, interviews."""
