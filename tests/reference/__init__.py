"""Reference cases: numbers that R and other named implementations printed on real data, run through the engine."""
