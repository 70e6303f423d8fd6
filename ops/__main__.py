"""`python -m ops`: the skytally command."""

import sys

if __name__ == "__main__":
    from ops.cli import main  # here: the collector's processes import this module again, and need nothing of it

    sys.exit(main())
