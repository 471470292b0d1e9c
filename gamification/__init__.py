"""What an activity earns: tasks, rules, the ledger, the goal.

Knows people and courses only by id; no LTI, no Flask, no HTTP.
"""
