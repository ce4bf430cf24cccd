"""Headless Chromium as the tests drive it: Debian's, or the one that Playwright brought."""

import shutil

from playwright.sync_api import Browser, Playwright

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def find_chromium() -> str | None:
    """Path of an installed Chromium, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def launch(playwright: Playwright) -> Browser:
    """A browser with an empty profile that looks nothing up by itself."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
