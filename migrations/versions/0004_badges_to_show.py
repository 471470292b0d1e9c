"""Badges with a type, a picture and a kind of proof; decisions by hand, sharing, reports, and salts kept apart.

Stop the release before this one first: it writes the type of an achievement, which is a part of its texts now, and
knows no salt that lies apart. Every new column has a default in the database all the same.
"""

import json

import sqlalchemy as sa
from alembic import op

from config.database import UtcDateTime
from migrations.append_only import protect, unprotect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_PARTICIPATION = "ext:Participation"

_CREDENTIAL = sa.table("credential", sa.column("id", sa.Uuid()), sa.column("document", sa.LargeBinary()))
_SALT = sa.table(
    "credential_salt",
    sa.column("credential_id", sa.Uuid()),
    sa.column("salt", sa.String()),
    sa.column("position", sa.Integer()),
)
_KEY = sa.table(
    "issuer_key",
    sa.column("id", sa.Uuid()),
    sa.column("verification_method", sa.String()),
    sa.column("public_key", sa.String()),
)
_OF_A_VERSION = ("description", "badge_type", "proof_kind", "picture", "alt_text", "language")


def upgrade() -> None:
    # Added one by one: a rebuild would drop the triggers that keep this table append-only.
    for column in (
        sa.Column("description", sa.String(length=2000), server_default=sa.text("''"), nullable=False),
        sa.Column("badge_type", sa.String(length=20), server_default=sa.text("'participation'"), nullable=False),
        sa.Column("proof_kind", sa.String(length=30), server_default=sa.text("'own-certificate'"), nullable=False),
        sa.Column("picture", sa.String(length=80), server_default=sa.text("''"), nullable=False),
        sa.Column("alt_text", sa.String(length=300), server_default=sa.text("''"), nullable=False),
        sa.Column("language", sa.String(length=10), server_default=sa.text("'nl'"), nullable=False),
    ):
        op.add_column("achievement_version", column)
    op.add_column("person", sa.Column("erased_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("achievement") as batch_op:
        batch_op.drop_column("achievement_type")
    op.add_column(
        "issuer_key", sa.Column("public_key", sa.String(length=100), server_default=sa.text("''"), nullable=False)
    )
    _name_public_keys()
    op.add_column("issuer_key", sa.Column("compromised_at", UtcDateTime(), nullable=True))
    op.drop_index("uq_award_achievement_id_person_id_held", "award")
    with op.batch_alter_table("award") as batch_op:
        batch_op.alter_column("activity_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.add_column(sa.Column("issue_number", sa.Integer(), server_default=sa.text("1"), nullable=False))
        batch_op.add_column(sa.Column("seen_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("staff_seen_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("shared_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("shows_name", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("erased_at", UtcDateTime(), nullable=True))
        batch_op.create_unique_constraint(op.f("uq_award_achievement_id_person_id"), ["achievement_id", "person_id"])
    # What was earned before this release was told in the ways of that release.
    op.execute("UPDATE award SET seen_at = awarded_at, staff_seen_at = awarded_at")
    op.create_index("ix_award_person_id", "award", ["person_id"])
    op.create_table(
        "award_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("by_person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("decision IN ('given', 'taken-back')", name=op.f("ck_award_decision_decision")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_decision_award_id")),
        sa.ForeignKeyConstraint(["by_person_id"], ["person.id"], name=op.f("fk_award_decision_by_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_decision")),
    )
    op.create_index("ix_award_decision_award_id", "award_decision", ["award_id"])
    op.create_table(
        "award_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(length=320), nullable=False),
        sa.Column("reported_at", UtcDateTime(), nullable=False),
        sa.Column("handled_at", UtcDateTime(), nullable=True),
        sa.Column("handled_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_report_award_id")),
        sa.ForeignKeyConstraint(["handled_by"], ["person.id"], name=op.f("fk_award_report_handled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_report")),
    )
    op.create_index("ix_award_report_award_id", "award_report", ["award_id"])
    op.add_column("credential", sa.Column("issue_number", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.create_table(
        "credential_salt",
        sa.Column("credential_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["credential_id"], ["credential.id"], name=op.f("fk_credential_salt_credential_id")),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_credential_salt")),
    )
    _cut_salts_out()


def downgrade() -> None:
    _put_salts_back()
    for table in ("credential_salt", "award_report", "award_decision"):
        op.drop_table(table)
    op.drop_column("credential", "issue_number")
    op.drop_index("ix_award_person_id", "award")
    # The release before this one knows only awards that an activity earned.
    op.execute("DELETE FROM credential WHERE award_id IN (SELECT id FROM award WHERE activity_id IS NULL)")
    op.execute("DELETE FROM award WHERE activity_id IS NULL")
    with op.batch_alter_table("award") as batch_op:
        batch_op.drop_constraint(op.f("uq_award_achievement_id_person_id"), type_="unique")
        for column in ("erased_at", "shows_name", "shared_at", "staff_seen_at", "seen_at", "issue_number"):
            batch_op.drop_column(column)
        batch_op.alter_column("activity_id", existing_type=sa.Uuid(), nullable=False)
    op.create_index(
        "uq_award_achievement_id_person_id_held",
        "award",
        ["achievement_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('active', 'suspended')"),
        postgresql_where=sa.text("state IN ('active', 'suspended')"),
    )
    op.drop_column("person", "erased_at")
    op.drop_column("issuer_key", "compromised_at")
    _keep_public_keys()
    op.drop_column("issuer_key", "public_key")
    op.add_column(
        "achievement",
        sa.Column(
            "achievement_type", sa.String(length=60), server_default=sa.text(f"'{_PARTICIPATION}'"), nullable=False
        ),
    )
    with op.batch_alter_table("achievement") as batch_op:
        batch_op.alter_column("achievement_type", existing_type=sa.String(length=60), server_default=None)
    unprotect("achievement_version")
    with op.batch_alter_table("achievement_version") as batch_op:
        for column in _OF_A_VERSION:
            batch_op.drop_column(column)
    protect("achievement_version")


def _name_public_keys() -> None:
    """Until now every issuer was a did:key, whose verification method ends with the key."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(_KEY)).all():
        method, _, kept = row.verification_method.partition(" ")
        named = {"verification_method": method, "public_key": kept or method.partition("#")[2]}
        connection.execute(sa.update(_KEY).where(_KEY.c.id == row.id).values(**named))


def _keep_public_keys() -> None:
    """Of a did:web the key stands nowhere else: it stays behind the method's name, until somebody goes up again."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(_KEY).where(_KEY.c.verification_method.startswith("did:web:"))).all():
        kept = f"{row.verification_method} {row.public_key}"
        connection.execute(sa.update(_KEY).where(_KEY.c.id == row.id).values(verification_method=kept))


def _cut_salts_out() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(_CREDENTIAL)).all():
        salt = _salt_in(row.document)
        position = row.document.find(salt) if salt else -1
        if position < 0:
            continue
        shorter = row.document[:position] + row.document[position + len(salt) :]
        connection.execute(sa.update(_CREDENTIAL).where(_CREDENTIAL.c.id == row.id).values(document=shorter))
        connection.execute(sa.insert(_SALT).values(credential_id=row.id, salt=salt.decode(), position=position))


def _put_salts_back() -> None:
    connection = op.get_bind()
    joined = sa.select(_CREDENTIAL.c.id, _CREDENTIAL.c.document, _SALT.c.salt, _SALT.c.position)
    for row in connection.execute(joined.join(_SALT, _SALT.c.credential_id == _CREDENTIAL.c.id)).all():
        longer = row.document[: row.position] + row.salt.encode() + row.document[row.position :]
        connection.execute(sa.update(_CREDENTIAL).where(_CREDENTIAL.c.id == row.id).values(document=longer))


def _salt_in(document: bytes) -> bytes:
    try:
        return str(json.loads(document)["credentialSubject"]["identifier"][0]["salt"]).encode()
    except (ValueError, KeyError, IndexError, TypeError):
        return b""
