"""The blank workbooks that sites fill in."""
