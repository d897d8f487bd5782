"""What the card page says, a file for each language it speaks."""
