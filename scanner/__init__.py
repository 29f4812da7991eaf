"""A page image and a layout become a reading."""
