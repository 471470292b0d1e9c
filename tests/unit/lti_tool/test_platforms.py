"""The family is found by the code a platform sends."""

from __future__ import annotations

import pytest

from lti_tool.platforms.families import family_code_of_issuer, family_of


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


@pytest.mark.parametrize(
    ("issuer", "code"),
    [
        ("https://canvas.instructure.com", "canvas"),
        ("https://canvas.beta.instructure.com", "canvas"),
        ("https://canvas.instructure.com/", ""),
        ("http://canvas.instructure.com", ""),
        ("https://canvas.instructure.com.evil.example", ""),
        ("https://lms.example", ""),
        ("", ""),
    ],
)
def test_issuer_that_schools_share_tells_the_product(issuer: str, code: str) -> None:
    assert family_code_of_issuer(issuer) == code


def test_schools_have_hosts_of_their_own_on_canvas_alone() -> None:
    codes = ("canvas", "moodle", "sakai", "")

    assert [code for code in codes if family_of(code).schools_have_own_hosts] == ["canvas"]
