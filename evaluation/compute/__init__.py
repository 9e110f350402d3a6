"""One indicator on one table: columns by role and parameters in, the keys of its method sheet out."""
