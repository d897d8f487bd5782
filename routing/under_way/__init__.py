"""A day under way: what happens to it, who will be when where, and a way out as a value."""
