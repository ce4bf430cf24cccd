"""``python -m trainer FOLDER``: carry out the order in a job's folder, without any web app."""

import os
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Exit status: 0 when the job is done, stopped or paused, 1 when it failed or diverged, 2 for a wrong
    call."""
    if len(arguments) != 1 or not (Path(arguments[0]) / "order.json").is_file():
        sys.stderr.write("Say the folder of a job, one that holds an order.json: python -m trainer FOLDER\n")
        return 2
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch loads: idle threads must not spin
    from trainer.work import carry_out  # noqa: PLC0415 - see above

    outcome = carry_out(Path(arguments[0]))
    sys.stdout.write(outcome.sentence + "\n")
    return 0 if outcome.state in ("done", "stopped", "paused") else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
