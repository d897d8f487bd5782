"""The database: one engine, one transaction, named questions, and the door to the job queue."""
