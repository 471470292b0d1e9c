"""Asking the platform who completed its own assignments, by way of links that only those people may open.

`round` asks every gate of a course in turn, `judging` says which answers are to be believed and when to ask again,
`recording` turns what changed into activities.
"""

from lti_tool.asking_gates.round import ask_gates

__all__ = ["ask_gates"]
