"""The web server stays light."""

import subprocess
import sys

import psutil

from tests.support.server import ROOT, AServer

MEGABYTE = 1e6
HEAVY = ("torch", "sklearn", "xgboost", "onnx", "onnxruntime", "scipy", "plotly", "pandas")


def test_no_heavy_library_is_loaded_to_make_the_app() -> None:
    code = (
        "import sys, tempfile; from app.settings import Settings; from app.main import create_app;"
        "create_app(Settings(data=tempfile.mkdtemp()));"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_idle_server_is_small(a_server: AServer) -> None:
    browser = a_server.a_browser()
    for path in ("/", "/account", "/datasets/new"):
        assert browser.get(path).status_code < 400
    assert psutil.Process(a_server.pids["web"]).memory_info().rss <= 200 * MEGABYTE
