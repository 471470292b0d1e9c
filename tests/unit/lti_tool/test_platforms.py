"""The family is found by the code a platform sends."""

from __future__ import annotations

import pytest

from lti_tool.platforms.families import family_of


@pytest.mark.parametrize(
    ("code", "family"),
    [
        ("moodle", "moodle"),
        ("Canvas", "canvas"),
        (" moodle ", "moodle"),
        ("sakai", "generic"),
        ("", "generic"),
        (None, "generic"),
    ],
)
def test_family_is_found(code: str | None, family: str) -> None:
    assert family_of(code).product_family_code == family


def test_unknown_platforms_get_the_careful_answers() -> None:
    family = family_of("new-product")

    assert family.only_fully_graded
    assert family.equal_second_timestamp_conflicts
    assert family.comment_must_be_repeated
    assert family.frame_ancestors == ()


def test_canvas_scores_make_no_attempts_and_spare_the_teacher() -> None:
    (extension,) = family_of("canvas").score_extension.values()

    assert extension == {"new_submission": False, "preserve_score": True, "prioritize_non_tool_grade": True}
