"""What makes one machine enough: engines, their supervisor, the sandbox, the demo city."""
