"""Scores that wait in the outbox, and a platform that takes them: what the tests of the worker begin with."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.database import Database
from config.outbox import MessageState, OutboxMessage
from lti_tool.progress import promise_scores
from lti_tool.roster.models import LineItem
from tests.factories.course import make_course, make_learner
from tests.factories.local_server import Answer, Received
from tests.factories.rows import NOW

TOKEN = Answer(body=b'{"access_token":"t","token_type":"bearer","expires_in":3600}')


def promise_score(tx: Session, platform_url: str) -> uuid.UUID:
    """Promise a score of a learner of a school of its own, so in a lane of its own; returns the registration."""
    course = make_course(tx)
    course.registration.auth_token_url = f"{platform_url}/token"
    tx.get_one(LineItem, course.line_item_id).url = f"{platform_url}/item"
    promise_scores(tx, course.id, [make_learner(tx, course)], now=NOW)
    return course.registration.id


def is_score(received: Received) -> bool:
    return received.path == "/item/scores"


def messages(database: Database) -> list[OutboxMessage]:
    """Return all messages, oldest first."""
    with database.reading() as tx:
        return list(tx.execute(select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.id)).scalars())


def states(database: Database) -> list[tuple[MessageState, int]]:
    """Return the state and the attempts of each message, oldest first."""
    return [(MessageState(message.state), message.attempts) for message in messages(database)]
