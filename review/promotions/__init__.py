"""Promotion to the next profile: readiness with its reasons, proposed and approved by different people."""
