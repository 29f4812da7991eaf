"""`python -m kiemphieu`."""

if __name__ == "__main__":
    # Not above: a process that reads pages loads this module again under another name, and needs no commands.
    from kiemphieu.cli import main

    main(prog_name="kiemphieu")
