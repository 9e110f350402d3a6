"""The demonstration: invented people and calendars around real, open measurements."""
