"""Decisions to workbooks, charts and their twins: what a purchasing central reads, filters, verifies and buys from."""
