"""Faults with real processes: ``make chaos`` shows, for each, its bound and what was measured."""
