"""Named scans with their truth: every kind of mark, fault and damage at least once.

`python -m sample_scans.gallery` makes everything here anew: the scans, `manifest.json`, the two vote
folders they belong to and the contact sheet in docs/. The simulator draws all of it; no real person's
strokes and no other picture goes in.
"""
