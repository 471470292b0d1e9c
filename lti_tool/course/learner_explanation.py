"""Why a learner has these points and what is missing, with the names and words that the engine does not know."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gamification.engine.explain import LearnerExplanation
from gamification.explain import explain_learner
from lti_tool.course.learner_page import LearnerPage, learner_page
from lti_tool.course.learner_words import WordsToLearner, first_names, words_to
from lti_tool.roster.platform_of_course import platform_of_course


@dataclass(frozen=True)
class LearnerWhy:
    """An explanation with its names. `explanation` is None where nothing was published.

    `platform_name` is the product's ("Moodle"), empty for one that people do not know by name.
    """

    page: LearnerPage
    explanation: LearnerExplanation | None
    names: dict[uuid.UUID, str]
    words: dict[uuid.UUID, WordsToLearner]
    platform_name: str


def learner_why(tx: Session, context_id: uuid.UUID, person_id: uuid.UUID) -> LearnerWhy:
    """Return this learner's explanation."""
    page = learner_page(tx, context_id, person_id)
    explanation = explain_learner(tx, context_id, person_id)
    tasks = explanation.tasks if explanation else ()
    actors = {fact.actor_id for task in tasks for fact in task.facts if fact.actor_id}
    words = {said.remark_id: said for said in words_to(tx, context_id, person_id)}
    platform_name = platform_of_course(tx, context_id).name
    return LearnerWhy(page, explanation, first_names(tx, actors), words, platform_name)
