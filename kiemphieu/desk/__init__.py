"""The desk: the program in the browser of this machine. It calls the use cases and holds no rules."""
