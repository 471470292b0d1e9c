"""At least one row in every table, for tests of migrations: what must survive."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import lti_tool.tables  # noqa: F401  (importing it fills the MetaData)
from config.database import Base
from tests.factories.badge_rows import make_award_decision, make_award_report, make_credential_salt, make_recipient
from tests.factories.gradebook_rows import make_gradebook_choice, make_link_setting, make_score_delivery
from tests.factories.lti_rows import (
    make_admin_session,
    make_course_group,
    make_deep_linking_request,
    make_deployment_origin,
    make_gate_pass,
    make_grade_by_hand,
    make_notice_handler,
    make_platform_notice,
    make_refused_launch,
    make_registration_attempt,
)
from tests.factories.review_rows import make_hand_in, make_remark, make_review
from tests.factories.rows import (
    make_balance,
    make_launch_session,
    make_ledger_entry,
    make_line_item,
    make_membership,
    make_message,
    make_rule_set_pointer,
    make_signing_key,
    make_used_login,
)


def make_everything(tx: Session) -> None:
    make_message(tx)
    make_signing_key(tx)
    make_used_login(tx)
    make_membership(tx)
    make_line_item(tx)
    make_launch_session(tx)
    make_rule_set_pointer(tx)
    make_ledger_entry(tx)
    make_balance(tx)
    make_recipient(tx)
    make_credential_salt(tx)
    make_award_decision(tx)
    make_award_report(tx)
    make_hand_in(tx)
    make_review(tx)
    make_remark(tx)
    make_gradebook_choice(tx)
    make_score_delivery(tx)
    make_link_setting(tx)
    make_gate_pass(tx)
    make_grade_by_hand(tx)
    make_deep_linking_request(tx)
    make_course_group(tx)
    make_registration_attempt(tx)
    make_admin_session(tx)
    make_refused_launch(tx)
    make_platform_notice(tx)
    make_notice_handler(tx)
    make_deployment_origin(tx)


def rows_per_table(tx: Session) -> dict[str, int]:
    return {
        name: tx.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in Base.metadata.tables.items()
    }
