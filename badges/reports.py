"""What strangers report about a shared badge, kept for those who teach."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from badges.models import CONTACT_LENGTH, REPORT_LENGTH, Achievement, Award, AwardReport
from config.errors import Conflict, NotFound, ToolError
from config.typed_text import is_blank
from config.upsert import insert_unless_present

MOST_OPEN_REPORTS = 20
"""About one badge: whoever sends more is not reporting, and those who teach look at these first."""


class ReportProblem(StrEnum):
    """Why a report cannot be kept."""

    TEXT_MISSING = "report-text-missing"
    TEXT_TOO_LONG = "report-text-too-long"
    CONTACT_TOO_LONG = "report-contact-too-long"


class ReportInvalid(ToolError):
    """A report that cannot be kept; `path` is `text` or `contact`."""

    def __init__(self, path: str, problem: ReportProblem) -> None:
        super().__init__(problem, path)
        self.path = path
        self.problem = problem


@dataclass(frozen=True)
class ReportView:
    """A report as those who teach read it."""

    report_id: uuid.UUID
    award_id: uuid.UUID
    text: str
    contact: str
    reported_at: datetime
    handled_at: datetime | None


def report_award(
    tx: Session, award_id: uuid.UUID, *, report_id: uuid.UUID, text: str, contact: str, now: datetime
) -> None:
    """Keep a report about a badge that is shared. The same form sent twice is one report.

    Raises:
        NotFound: no badge that strangers may see.
        ReportInvalid: nothing in it, or too long.
        Conflict: `reports-full`, there are many already that nobody has looked at.
    """
    award = tx.execute(
        select(Award)
        .where(Award.id == award_id, Award.shared_at.is_not(None), Award.erased_at.is_(None))
        .with_for_update()
    ).scalar_one_or_none()
    if award is None:
        raise NotFound("award")
    text, contact = text.strip(), contact.strip()
    if is_blank(text):
        raise ReportInvalid("text", ReportProblem.TEXT_MISSING)
    if len(text) > REPORT_LENGTH:
        raise ReportInvalid("text", ReportProblem.TEXT_TOO_LONG)
    if len(contact) > CONTACT_LENGTH:
        raise ReportInvalid("contact", ReportProblem.CONTACT_TOO_LONG)
    if tx.get(AwardReport, report_id) is not None:
        return
    waiting = tx.execute(
        select(func.count()).where(AwardReport.award_id == award_id, AwardReport.handled_at.is_(None))
    ).scalar_one()
    if waiting >= MOST_OPEN_REPORTS:
        raise Conflict("reports-full")
    values = {"id": report_id, "award_id": award_id, "text": text, "contact": contact, "reported_at": now}
    insert_unless_present(tx, AwardReport, values, key=("id",))


def reports_about(tx: Session, award_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[ReportView]]:
    """Return what was reported about each of these awards, oldest first."""
    rows = tx.execute(
        select(AwardReport)
        .where(AwardReport.award_id.in_(list(award_ids)))
        .order_by(AwardReport.reported_at, AwardReport.id)
    ).scalars()
    found: dict[uuid.UUID, list[ReportView]] = {}
    for row in rows:
        view = ReportView(row.id, row.award_id, row.text, row.contact, row.reported_at, row.handled_at)
        found.setdefault(row.award_id, []).append(view)
    return found


def count_open_reports(tx: Session, context_id: uuid.UUID) -> int:
    """Return how many reports about badges of this course wait to be handled; of erased people none is shown."""
    return tx.execute(
        select(func.count(AwardReport.id))
        .join(Award, Award.id == AwardReport.award_id)
        .join(Achievement, Achievement.id == Award.achievement_id)
        .where(Achievement.context_id == context_id, AwardReport.handled_at.is_(None), Award.erased_at.is_(None))
    ).scalar_one()


def handle_report(
    tx: Session, report_id: uuid.UUID, context_id: uuid.UUID, *, by_person_id: uuid.UUID, now: datetime
) -> None:
    """Keep that somebody who teaches has looked at a report. The first who did stands.

    Raises:
        NotFound: no such report about a badge of this course.
    """
    row = tx.execute(
        select(AwardReport)
        .join(Award, Award.id == AwardReport.award_id)
        .join(Achievement, Achievement.id == Award.achievement_id)
        .where(AwardReport.id == report_id, Achievement.context_id == context_id)
        .with_for_update(of=AwardReport)
    ).scalar_one_or_none()
    if row is None:
        raise NotFound("report")
    if row.handled_at is None:
        row.handled_at, row.handled_by = now, by_person_id
        tx.flush()
