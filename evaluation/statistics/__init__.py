"""The statistics of the engine: pure functions on arrays and counts, one subject a file, each answering an estimate or a reason."""
