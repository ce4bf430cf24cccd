"""Logs: one line each, short, without secrets."""

import json

import pytest
import structlog

from app.edge.log import configure_logs, hide_secrets, shorten


def test_fields_are_cut_and_newlines_are_no_lines(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    structlog.get_logger().info("came\nin", name="x" * 10_000_000, other={"a": "b" * 5000}, number=3)
    structlog.reset_defaults()
    [line] = capfd.readouterr().err.splitlines()
    found = json.loads(line)
    assert found["event"] == "came\nin"
    assert len(found["name"]) == 1001
    assert len(found["other"]) == 1001
    assert found["number"] == 3
    assert len(line) < 3000


@pytest.mark.parametrize(
    "name", ["token", "Password", "cookie", "authorization", "client_secret", "old_password"]
)
def test_secrets_are_hidden(name: str) -> None:
    assert hide_secrets(None, "info", {name: "hunter2"}) == {name: "hidden"}


def test_a_trace_keeps_its_end() -> None:
    cut = shorten(None, "error", {"exception": "x" * 5000 + "the cause"})["exception"]
    assert cut.endswith("the cause")
    assert len(cut) == 1001
