"""A vote becomes a layout in millimetres, ballot tokens and a PDF."""
