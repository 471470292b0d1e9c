"""A number of points that somebody typed."""

from __future__ import annotations


class PointsInvalid(Exception):
    """Not a number, or not on the scale of the column."""


def read_points(text: str, maximum: float) -> float:
    """Read a grade on the scale of a column; a decimal comma is as good as a point. Raises PointsInvalid."""
    try:
        points = float(text.strip().replace(",", "."))
    except ValueError as error:
        raise PointsInvalid from error
    if not 0 <= points <= maximum:
        raise PointsInvalid
    return points
