"""Who may, when, and what follows: pure rules, their tables as data."""
