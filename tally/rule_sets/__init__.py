"""Packaged rule sets: one TOML file each, named by its id. `tally.rules` reads them."""
