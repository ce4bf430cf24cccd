"""The command ``skillet``."""

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from app.settings import Settings, SettingsRefused, read_settings

VERSION = "0.1.0"
"""As in pyproject.toml; an image holds no metadata of the package."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status is 0 when all went well, 1 when it was refused, 2 for a wrong command
    line.
    """
    options = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        settings = read_settings(
            data=options.data, host=getattr(options, "host", None), port=getattr(options, "port", None)
        )
    except SettingsRefused as refusal:
        return refuse(*refusal.sentences)
    commands = {
        "serve": run_server,
        "web": run_web,
        "worker": run_worker,
        "predictor": run_predictor,
        "doctor": run_doctor,
        "password": run_password,
    }
    return commands[options.command](settings, options)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="skillet", description="Visual, no-code model training.")
    parser.add_argument("--version", action="version", version=f"skillet {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="start the web server, a worker and a predictor")
    serve.add_argument("--host", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (8000; 0 takes a free one)")
    web = commands.add_parser("web", help="start the web server alone, on a socket that is open already")
    web.add_argument("--descriptor", type=int, required=True, help="number of the listening socket's file")
    worker = commands.add_parser("worker", help="start one more worker for the same database and data folder")
    predictor = commands.add_parser("predictor", help="start the process that answers with trained models")
    doctor = commands.add_parser("doctor", help="look whether everything that is needed is there")
    password = commands.add_parser(
        "password", help="choose the owner's password here instead of in a browser"
    )
    for command in (serve, web, worker, predictor, doctor, password):
        command.add_argument("--data", type=Path, help="folder that everything is kept in (./data)")
    for command in (web, worker, predictor):
        command.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def run_server(settings: Settings, _options: argparse.Namespace) -> int:
    """``skillet serve``."""
    from app.command.serve import Refused, serve
    from app.storage import FolderInUse

    try:
        serve(settings)
    except (Refused, FolderInUse) as refusal:
        return refuse(str(refusal))
    return 0


def run_web(settings: Settings, options: argparse.Namespace) -> int:
    """``skillet web``: what the supervisor starts."""
    from app.command.children import prepare_child
    from app.command.web import answer_requests

    prepare_child(options.parent, nice=0)
    answer_requests(settings, options.descriptor)
    return 0


def run_worker(settings: Settings, options: argparse.Namespace) -> int:
    """``skillet worker``: takes jobs until SIGTERM; jobs that run are saved and given back."""
    start_prepared("worker", settings, options)

    from app.command.work import work_until

    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    return work_until(settings, stop)


def run_predictor(settings: Settings, options: argparse.Namespace) -> int:
    """``skillet predictor``: becomes ``python -m trainer.predictor``, which knows neither the app nor its
    database.
    """
    from app.command.children import child_environment, prepare_child
    from app.storage import Store

    prepare_child(options.parent)
    socket = str(Store(settings.data).predictor_socket)
    os.execve(  # noqa: S606
        sys.executable, [sys.executable, "-m", "trainer.predictor", socket], child_environment(settings)
    )


def run_doctor(settings: Settings, _options: argparse.Namespace) -> int:
    """``skillet doctor``."""
    from app.command.doctor import examine

    bad = 0
    for check in examine(settings):
        bad += not check.ok
        print(f"{'ok ' if check.ok else 'NOT'}  {check.sentence}")
    print("All is well." if not bad else f"{bad} to see to.")
    return 1 if bad else 0


def run_password(settings: Settings, _options: argparse.Namespace) -> int:
    """``skillet password``."""
    from app.command.password import choose_password
    from app.errors import BadInput

    try:
        name = choose_password(settings)
    except BadInput as refusal:
        return refuse(refusal.sentence)
    print(f"Saved. Sign in as {name}.")
    return 0


def start_prepared(command: str, settings: Settings, options: argparse.Namespace) -> None:
    """Numeric libraries read their environment when they are loaded: where it is not set yet, start again
    with it.
    """
    from app.command.children import child_environment, prepare_child

    wanted = child_environment(settings)
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        again = [sys.executable, "-m", "app.cli", command]
        again += ["--parent", str(options.parent)] if options.parent is not None else []
        os.execve(  # noqa: S606
            sys.executable, again, wanted
        )
    prepare_child(options.parent)


def refuse(*sentences: str) -> int:
    """Say why not."""
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
