"""Papers: what is printed or sent as PDF, set with the house's own fonts."""
