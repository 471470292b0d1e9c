"""The box of custom parameters."""

from __future__ import annotations

import pytest

from lti_tool.demo_platform.custom_parameters import read_custom_parameters


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("goal=45", {"goal": "45"}),
        ("  goal  =  45 punten  ", {"goal": "45 punten"}),
        ("a=1\r\nb=2\rc=3\nd=4", {"a": "1", "b": "2", "c": "3", "d": "4"}),
        ("a=b=c", {"a": "b=c"}),
        ("empty=", {"empty": ""}),
        ("number=1\ntrue=true", {"number": "1", "true": "true"}),
        ("no equals sign\n=no name\n  =no name\n\nkept=yes", {"kept": "yes"}),
        ("twice=1\ntwice=2", {"twice": "2"}),
        ("Goal Points=45", {"goal_points": "45", "Goal Points": "45"}),
        ("prijs-€=1", {"prijs____": "1", "prijs-€": "1"}),
        ("user=$User.id", {"user": "$User.id"}),
    ],
)
def test_lines_become_parameters_when_they_have_a_name(text, found):
    assert read_custom_parameters(text) == found
