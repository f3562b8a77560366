"""`make fuzz`: what a file may hold, and that it is read or refused whatever it holds (docs/formats.md)."""
