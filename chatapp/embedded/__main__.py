"""`python -m chatapp.embedded run`."""

import sys

from chatapp.embedded.run import main

if __name__ == "__main__":
    if sys.argv[1:] != ["run"]:
        sys.exit("usage: python -m chatapp.embedded run")
    sys.exit(main())
