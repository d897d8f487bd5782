"""The provider's fee for a dispute has its own account, in the currency of our balance there."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

OF_ITS_ORDER = """
    create or replace function money_is_of_its_order() returns trigger language plpgsql as $$
    begin
        if {but}new.currency is distinct from
            (select currency from orders where id = new.order_id) then
            raise exception 'Order % does not trade in %.', new.order_id, new.currency
                using errcode = 'check_violation';
        end if;
        return new;
    end $$
"""
FEES = ("dispute_fee", "dispute_fee_back")
A_FEE = f"split_part(to_jsonb(new) ->> 'journal', ':', 2) in {FEES}"
ACCOUNTS = (
    "provider_balance",
    "sales",
    "refunds",
    "disputed",
    "disputes_lost",
    "dispute_fees",
    "memo:held",
    "memo:held_contra",
)


def upgrade() -> None:
    op.execute(OF_ITS_ORDER.format(but=f"({A_FEE}) is not true and "))
    op.create_check_constraint("account_known", "ledger_entry", f"account in {ACCOUNTS}")
    op.create_check_constraint(
        "fees_of_disputes_apart",
        "ledger_entry",
        f"case when split_part(journal, ':', 2) in {FEES}"
        " then account in ('dispute_fees', 'provider_balance') else account <> 'dispute_fees' end",
    )


def downgrade() -> None:
    op.drop_constraint("fees_of_disputes_apart", "ledger_entry")
    op.drop_constraint("account_known", "ledger_entry")
    op.execute(OF_ITS_ORDER.format(but=""))
