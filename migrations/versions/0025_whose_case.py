"""A case has an owner, and an end that somebody answers for."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

CHECKS = {
    "taken_when": "(owner_id is null) = (taken_at is null)",
    "closed_by_somebody": "closed_by is null or closed_at is not null",
    "closed_for_a_reason": "(closed_by is null) = (closed_why = '')",
}


def upgrade() -> None:
    op.add_column(
        "person_case",
        sa.Column("owner_id", sa.Uuid(), sa.ForeignKey("account.id"), nullable=True),
    )
    op.add_column("person_case", sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person_case", sa.Column("closed_by", sa.String(), nullable=True))
    op.add_column(
        "person_case", sa.Column("closed_why", sa.String(), nullable=False, server_default="")
    )
    op.alter_column("person_case", "closed_why", server_default=None)
    for name, rule in CHECKS.items():
        op.create_check_constraint(name, "person_case", rule)
    op.create_index(
        "person_case_open", "person_case", ["hub_id", "opened_at"],
        postgresql_where=sa.text("closed_at is null"),
    )  # fmt: skip
    op.execute("""
        create function case_ends_once() returns trigger language plpgsql as $$
        begin
            if old.closed_at is not null and
                (new.closed_at, new.closed_by, new.closed_why, new.owner_id) is distinct from
                (old.closed_at, old.closed_by, old.closed_why, old.owner_id) then
                raise exception 'Case % has ended.', old.id using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger case_ends_once before update on person_case
        for each row execute function case_ends_once()
    """)


def downgrade() -> None:
    op.execute("drop trigger case_ends_once on person_case")
    op.execute("drop function case_ends_once()")
    op.drop_index("person_case_open", "person_case")
    for name in CHECKS:
        op.drop_constraint(name, "person_case")
    for column in ("closed_why", "closed_by", "taken_at", "owner_id"):
        op.drop_column("person_case", column)
