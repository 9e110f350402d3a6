"""Cells to typed values, and the rules that hold across them."""
