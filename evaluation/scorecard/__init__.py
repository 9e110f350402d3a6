"""The scorecard: every estimate and verdict of one pilot, a pure function of data, protocol and engine."""
