"""Streets: how long they take to drive, where an address is, and building a city's roads."""
