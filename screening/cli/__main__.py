"""``python -m screening.cli`` is the command ``screening``, also where the script is not on the path."""

from screening.cli import main

if __name__ == "__main__":
    main(prog_name="screening")
