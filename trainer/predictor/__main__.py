"""``python -m trainer.predictor SOCKET [--threads 1] [--root FOLDER]``: the warm process."""

import argparse
import asyncio
import sys
from pathlib import Path

from trainer.limits import close_network
from trainer.predictor.server import serve
from trainer.predictor.sessions import Sessions


def main() -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="trainer.predictor", description=__doc__)
    parser.add_argument("socket", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--root", type=Path, help="models outside of it are refused (default: jobs beside the socket)"
    )
    given = parser.parse_args()
    root = given.root or given.socket.parent / "jobs"
    close_network()
    asyncio.run(serve(given.socket, Sessions(root, given.threads)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
