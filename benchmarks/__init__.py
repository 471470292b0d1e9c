"""Measurements, both sides in one run, as JSON lines. Never a timed test."""
