"""Uploads as a client sends them: tus 1.0 over HTTP."""

import base64
from typing import Any

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}


def create(browser: Any, filename: str = "people.csv", size: int | str = 10, **metadata: str) -> Any:
    """The answer to the wish to bring a file."""
    pairs = {"filename": filename, **metadata}
    packed = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
    return browser.post("/uploads", headers={**TUS, "Upload-Length": str(size), "Upload-Metadata": packed})


def an_upload(browser: Any, filename: str = "people.csv", size: int = 10, **metadata: str) -> str:
    """The id of an upload that waits for its bytes."""
    answer = create(browser, filename, size, **metadata)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"].rsplit("/", 1)[1])


def send(browser: Any, id: str, offset: int | str, content: bytes, **headers: str) -> Any:
    """The answer to some bytes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return browser.patch(
        f"/uploads/{id}", content=content, headers={**BYTES, "Upload-Offset": str(offset), **named}
    )


def ask(browser: Any, id: str) -> Any:
    """The answer to how much has arrived."""
    return browser.head(f"/uploads/{id}", headers=TUS)


def bring(browser: Any, filename: str, content: bytes) -> str:
    """The id of an upload that has arrived whole; it comes in pieces, as from a browser."""
    id = an_upload(browser, filename, len(content))
    for start in range(0, len(content), 8 * 2**20):
        answer = send(browser, id, start, content[start : start + 8 * 2**20])
        assert answer.status_code == 204, answer.text
    return id
