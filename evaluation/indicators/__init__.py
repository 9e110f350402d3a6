"""The catalogue of indicators and the functions that estimate them."""
