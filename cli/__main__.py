"""The command line: `./tintinh COMMAND`, `python -m cli COMMAND`; its commands are in `cli.commands`.

Ctrl-C while they are being imported, which takes a moment, ends the process as quietly as later on.
"""

import sys

_INTERRUPTED = 130

if __name__ == "__main__":
    try:
        from cli.commands import main

        main()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
