"""A simulator of pens and scanners, and a gallery of scans with their truth."""
