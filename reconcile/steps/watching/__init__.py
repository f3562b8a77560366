"""Watching the program: logs, figures, and a doctor. None of it holds a name, a tax id or a purpose."""
