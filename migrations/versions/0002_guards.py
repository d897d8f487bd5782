"""Rules the database keeps by itself: logs only grow, journals balance."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("ledger_entry", "piece_move", "audit_entry", "plan_version", "event")


def upgrade() -> None:
    op.execute("""
        create function only_grows() returns trigger language plpgsql as $$
        begin
            raise exception '% only grows: a % is refused.', tg_table_name, lower(tg_op)
                using errcode = 'restrict_violation';
        end $$
    """)
    for table in APPEND_ONLY:
        op.execute(f"""
            create trigger {table}_only_grows before update or delete or truncate on {table}
            for each statement execute function only_grows()
        """)
    op.execute("""
        create function journal_balances() returns trigger language plpgsql as $$
        begin
            if exists (
                select 1 from ledger_entry where journal = new.journal
                group by currency having sum(amount_minor) <> 0
            ) then
                raise exception 'Journal % does not balance.', new.journal
                    using errcode = 'check_violation';
            end if;
            return null;
        end $$
    """)
    op.execute("""
        create constraint trigger ledger_entry_balances after insert on ledger_entry
        deferrable initially deferred for each row execute function journal_balances()
    """)


def downgrade() -> None:
    op.execute("drop trigger ledger_entry_balances on ledger_entry")
    op.execute("drop function journal_balances()")
    for table in APPEND_ONLY:
        op.execute(f"drop trigger {table}_only_grows on {table}")
    op.execute("drop function only_grows()")
