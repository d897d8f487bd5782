"""A job is asked for in one question, whether or not its like waits already."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        create function ask_for_job(
            queue text, task text, priority int, lane text, alike text, args jsonb
        ) returns boolean language plpgsql as $$
        declare
            broken text;
        begin
            perform procrastinate_defer_jobs_v1(array[
                row(queue, task, priority, lane, alike, args, null)
            ]::procrastinate_job_to_defer_v1[]);
            return true;
        exception when unique_violation then
            get stacked diagnostics broken = constraint_name;
            if broken <> 'procrastinate_jobs_queueing_lock_idx_v1' then
                raise;
            end if;
            return false;
        end $$
    """)


def downgrade() -> None:
    op.execute("drop function ask_for_job(text, text, int, text, text, jsonb)")
