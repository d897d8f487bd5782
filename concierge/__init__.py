"""Concierge: pieces brought home, tried, and only what is kept is charged."""
