"""Cards and mobile money, as values and plain functions: what a door reports, how it is judged, what settles it."""
