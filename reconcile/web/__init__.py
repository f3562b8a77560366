"""The web console: finance's day in a browser. A door like the command line: a click becomes one step."""
