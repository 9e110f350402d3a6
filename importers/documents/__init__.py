"""Documents other than observations: a supplier's dossier, a central's vehicles, hospitals, published lists of codes."""
