"""A stream of activities as sources tell them: doubles, disorder, points taken back; and what they must come to.

The sums here know nothing of the engine: sets and additions in plain Python, to hold the database against.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta

from benchmarks.places import BenchCourse
from gamification.engine.activity import Verb
from gamification.models import ActivitySource
from gamification.record import NewActivity
from tests.factories.rows import NOW

DOUBLE_SHARE = 0.20
LATE_SHARE = 0.05
TAKEN_BACK_SHARE = 0.02
MOST_PLACES_LATE = 400


def tell(course: BenchCourse, told: int, *, seed: int, prefix: str) -> list[NewActivity]:
    """Return `told` reports: a fifth are doubles of earlier ones, a twentieth comes after what happened later."""
    chance = random.Random(seed)
    different = told - int(told * DOUBLE_SHARE)
    facts = _facts(course, different, chance, prefix)
    places = [
        index + chance.randint(1, MOST_PLACES_LATE) if chance.random() < LATE_SHARE else index
        for index in range(different)
    ]
    stream = [facts[index] for index in sorted(range(different), key=lambda index: places[index])]
    for _ in range(told - different):
        at = chance.randrange(1, len(stream) + 1)
        stream.insert(at, stream[chance.randrange(at)])
    return stream


def _facts(course: BenchCourse, different: int, chance: random.Random, prefix: str) -> list[NewActivity]:
    pairs = [(person, task) for person in range(len(course.learner_ids)) for task in range(len(course.task_ids))]
    finished = different - int(different * TAKEN_BACK_SHARE)
    if finished > len(pairs):
        raise ValueError(f"{len(pairs)} pairs of learner and task are too few for {finished} activities")
    done = chance.sample(pairs, finished)
    facts = [(Verb.COMPLETED, pair) for pair in done]
    for pair in chance.sample(done, different - finished):
        # At any moment after it was done: the later part of the list starts behind the pair's own place.
        facts.insert(chance.randint(facts.index((Verb.COMPLETED, pair)) + 1, len(facts)), (Verb.WITHDRAWN, pair))
    return [
        NewActivity(
            context_id=course.context_id,
            person_id=course.learner_ids[person],
            source=ActivitySource.BY_HAND if verb is Verb.WITHDRAWN else ActivitySource.OWN_TASK,
            external_id=f"{prefix}:{verb}:{person}:{task}",
            verb=verb,
            task_id=course.task_ids[task],
            occurred_at=NOW + timedelta(seconds=second),
            actor_id=course.teacher_id if verb is Verb.WITHDRAWN else None,
        )
        for second, (verb, (person, task)) in enumerate(facts)
    ]


def points_of(points: Mapping[uuid.UUID, int], told: Sequence[NewActivity]) -> dict[uuid.UUID, int]:
    """Return what each learner must have of the tasks that give these points: done, and never taken back."""
    taken_back = {(fact.person_id, fact.task_id) for fact in told if fact.verb is Verb.WITHDRAWN}
    done = {(fact.person_id, fact.task_id) for fact in told if fact.verb is Verb.COMPLETED}
    sums = dict.fromkeys((fact.person_id for fact in told), 0)
    for person_id, task_id in done - taken_back:
        sums[person_id] += points.get(task_id, 0)
    return sums
