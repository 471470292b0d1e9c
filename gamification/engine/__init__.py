"""Pure: from activities and a rule-set version to what a learner should hold.

No database, no clock, no network; the same function serves live evaluation, replay and preview.
"""
