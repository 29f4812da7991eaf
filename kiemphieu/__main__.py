"""`python -m kiemphieu`."""

from kiemphieu.cli import main

if __name__ == "__main__":
    main(prog_name="kiemphieu")
