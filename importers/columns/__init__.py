"""Which column of the file is which of the protocol: by its header, or as a person says."""
