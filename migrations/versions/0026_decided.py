"""A damaged or missing piece is decided about once, and charged for only with consent, apart."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

STATES = (
    "shelf", "bag", "van", "with_client", "returning", "inspection", "repair", "sold", "lost",
)  # fmt: skip
DECISIONS = ("written_off", "charged")
CHECKS = {
    "prices_cards_can_pay": "currency not in ('BHD', 'KWD', 'TND') or asked_minor % 10 = 0",
    "asked_by_somebody": "(asked_at is null) = (asked_by is null) and "
    "(asked_at is null) = (question = '')",
    "agreed_or_declined": "declined_at is null or (asked_at is not null and consent is null)",
    "decided_by_somebody_and_why": "(decision is null) = (decided_by is null) and "
    "(decision is null) = (why = '')",
    "decided_what_can_be": "decision is null or (decision = 'found') <= (trouble = 'missing') "
    "and (decision = 'taken_back') <= (trouble = 'damaged')",
    "found_by_somebody": "(found_at is null) = (found_by is null)",
    "found_what_was_gone": "found_at is null or "
    "(trouble = 'missing' and decision in ('written_off', 'charged'))",
}


def upgrade() -> None:
    _known("piece", "piecestate_known", "state", (*STATES, "written_off"))
    _known("piece_move", "piecestate_known", "state", (*STATES, "written_off"))
    _known("disposition", "decision_known", "decision", (*DECISIONS, "taken_back", "found"))
    op.drop_column("disposition", "owner")
    for column in ("question", "asked_by", "found_by"):
        op.add_column("disposition", sa.Column(column, sa.String(), nullable=True))
    op.execute("update disposition set question = ''")
    op.alter_column("disposition", "question", nullable=False)
    op.add_column("disposition", sa.Column("found_at", sa.DateTime(timezone=True), nullable=True))
    for name, rule in CHECKS.items():
        op.create_check_constraint(name, "disposition", rule)
    op.add_column(
        "operation",
        sa.Column("disposition_id", sa.Uuid(), sa.ForeignKey("disposition.id"), nullable=True),
    )
    op.create_check_constraint(
        "only_charged_for_it", "operation", "disposition_id is null or kind = 'charge'"
    )
    op.create_index(
        "charged_once_for_a_piece", "operation", ["disposition_id"], unique=True,
        postgresql_where=sa.text("state in ('planned', 'sent', 'done')"),
    )  # fmt: skip
    _guards()


def downgrade() -> None:
    op.execute("drop trigger charged_with_consent on operation")
    op.execute("drop function charged_with_consent()")
    for name in ("disposition_of_its_line", "disposition_decided_once", "piece_follows_decision"):
        op.execute(f"drop trigger {name} on disposition")
        op.execute(f"drop function {name}()")
    op.drop_index("charged_once_for_a_piece", "operation")
    op.drop_constraint("only_charged_for_it", "operation")
    op.drop_column("operation", "disposition_id")
    for name in CHECKS:
        op.drop_constraint(name, "disposition")
    for column in ("found_at", "found_by", "asked_by", "question"):
        op.drop_column("disposition", column)
    op.add_column("disposition", sa.Column("owner", sa.String(), nullable=True))
    op.execute("update disposition set decision = 'written_off', why = 'taken back' "
               "where decision in ('taken_back', 'found')")  # fmt: skip
    _known("disposition", "decision_known", "decision", DECISIONS)
    op.execute("update piece set state = 'lost' where state = 'written_off'")
    op.execute("alter table piece_move disable trigger piece_move_only_grows")
    op.execute("update piece_move set state = 'lost' where state = 'written_off'")
    op.execute("alter table piece_move enable trigger piece_move_only_grows")
    _known("piece", "piecestate_known", "state", STATES)
    _known("piece_move", "piecestate_known", "state", STATES)


def _known(table: str, name: str, column: str, known: tuple[str, ...]) -> None:
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, f"{column} in {known}")


def _guards() -> None:
    op.execute("""
        create function disposition_of_its_line() returns trigger language plpgsql as $$
        begin
            if not exists (
                select 1 from order_line join orders on orders.id = order_line.order_id
                where order_line.id = new.line_id and order_line.order_id = new.order_id
                    and order_line.piece_id = new.piece_id
                    and order_line.price_minor = new.price_minor
                    and orders.currency = new.currency
            ) then
                raise exception 'Disposition % is not of its line.', new.id
                    using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger disposition_of_its_line
        before insert or update of line_id, order_id, piece_id, price_minor, currency, trouble
        on disposition for each row execute function disposition_of_its_line()
    """)
    op.execute("""
        create function disposition_decided_once() returns trigger language plpgsql as $$
        begin
            if old.decision is not null and
                (new.decision, new.decided_at, new.decided_by, new.why, new.asked_minor,
                 new.consent, new.consent_at, new.declined_at) is distinct from
                (old.decision, old.decided_at, old.decided_by, old.why, old.asked_minor,
                 old.consent, old.consent_at, old.declined_at)
                or old.found_at is not null and new.found_at is distinct from old.found_at then
                raise exception 'Disposition % was decided before.', old.id
                    using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger disposition_decided_once before update on disposition
        for each row execute function disposition_decided_once()
    """)
    op.execute("""
        create function piece_follows_decision() returns trigger language plpgsql as $$
        declare
            is_now text;
        begin
            select state into is_now from piece where id = new.piece_id;
            if new.found_at is not null or new.decision in ('taken_back', 'found') then
                if is_now in ('lost', 'repair', 'written_off', 'sold') then
                    raise exception 'Piece % is not on the shelf again.', new.piece_id
                        using errcode = 'check_violation';
                end if;
            elsif new.decision = 'written_off' and is_now <> 'written_off' then
                raise exception 'Piece % is written off and still there.', new.piece_id
                    using errcode = 'check_violation';
            elsif new.decision = 'charged' and (
                is_now not in ('sold', 'repair') or not exists (
                    select 1 from operation where disposition_id = new.id and state = 'done'
                )
            ) then
                raise exception 'Piece % was not paid for.', new.piece_id
                    using errcode = 'check_violation';
            end if;
            return null;
        end $$
    """)
    op.execute("""
        create constraint trigger piece_follows_decision
        after update of decision, found_at on disposition
        deferrable initially deferred for each row execute function piece_follows_decision()
    """)
    op.execute("""
        create function charged_with_consent() returns trigger language plpgsql as $$
        begin
            if new.disposition_id is not null and not exists (
                select 1 from disposition
                where id = new.disposition_id and order_id = new.order_id
                    and consent is not null and asked_minor = new.amount_minor
                    and currency = new.currency
                    and (decision is null or tg_op = 'UPDATE')
            ) then
                raise exception 'Nobody agreed to charge %.', new.id
                    using errcode = 'check_violation';
            end if;
            return new;
        end $$
    """)
    op.execute("""
        create trigger charged_with_consent
        before insert or update of disposition_id, amount_minor, currency on operation
        for each row execute function charged_with_consent()
    """)
