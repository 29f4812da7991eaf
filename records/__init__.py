"""The words every room shares: frozen values and their JSON codecs.

Nothing here imports more than the standard library, reads a file or asks the clock.
"""
