"""What the house can do: one business verb per file, each reading like the sentence you say."""
