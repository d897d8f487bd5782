"""The hands that do what was asked for: any number of these processes against one database."""
