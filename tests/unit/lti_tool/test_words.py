"""The comment in the gradebook: two sentences that say what the number means."""

from __future__ import annotations

import pytest

from gamification.engine.task_state import TaskState
from lti_tool.words import language_of, score_comment, task_comment


@pytest.mark.parametrize(
    ("points", "goal", "reached", "badge", "said"),
    [
        (
            20,
            45,
            False,
            "Veilig",
            "Je hebt 20 van de 45 punten voor de badge Veilig. In totaal kun je 60 punten halen.",
        ),
        (0, 1, False, "Veilig", "Je hebt 0 van 1 punt voor de badge Veilig. In totaal kun je 60 punten halen."),
        (50, 45, True, "Veilig", "Je hebt 50 punten en de badge Veilig. In totaal kun je 60 punten halen."),
        (20, 45, False, "", "Je hebt 20 van de 45 punten voor je doel. In totaal kun je 60 punten halen."),
        (50, 45, True, "", "Je hebt je doel gehaald met 50 punten. In totaal kun je 60 punten halen."),
        (1, 1, True, "", "Je hebt je doel gehaald met 1 punt. In totaal kun je 60 punten halen."),
        (5, 9, False, "100 %(goal)s <b>", "Je hebt 5 van de 9 punten voor de badge 100 %(goal)s <b>. In totaal kun je"),
    ],
)
def test_score_comment_says_goal_and_total(points: int, goal: int, reached: bool, badge: str, said: str) -> None:
    comment = score_comment(
        "nl", points=points, goal_points=goal, total_points=60, goal_reached=reached, badge_name=badge
    )

    assert comment.startswith(said)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (TaskState.DONE, "Je hebt deze opdracht gedaan. Je krijgt er 20 punten voor."),
        (TaskState.TAKEN_BACK, "Deze opdracht telt nu niet mee. Vraag je begeleider wat je kunt doen."),
        (TaskState.WAITING, "Deze opdracht telt nu niet mee. Je begeleider kijkt naar je werk."),
        (TaskState.PRACTISE, "Deze opdracht telt nu niet mee. Oefen nog even en stuur je werk opnieuw in."),
    ],
)
def test_task_comment_says_the_state_and_what_comes_next(state: TaskState, said: str) -> None:
    assert task_comment("nl_NL", state, points=20) == said


def test_task_comment_when_it_is_one_point_says_point() -> None:
    assert task_comment("en", TaskState.DONE, points=1) == "You have done this task. You get 1 point for it."


@pytest.mark.parametrize(
    ("locale", "language"), [("nl", "nl"), ("en-GB", "en"), ("EN_us", "en"), ("", "nl"), ("de", "nl"), ("x-y", "nl")]
)
def test_language_when_it_is_not_ours_is_dutch(locale: str, language: str) -> None:
    assert language_of(locale) == language
