"""What a learner can show: achievements, awards, signed Open Badges.

Knows people and courses only by id; no LTI, no Flask; its one door to the network is config/http.py.
"""
