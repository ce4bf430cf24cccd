"""The outgoing client asks public hosts only, whatever name, number or redirect is used to lead it elsewhere."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_socket import SocketConnectBlockedError

from app.elsewhere.client import NotFetched, ask, is_public, look_at
from app.errors import BadInput, Refusal
from tests.support.web import AWeb, reply

NOBODY: frozenset[str] = frozenset()
PUBLIC = "93.184.216.34"


@pytest.fixture
def web() -> Iterator[AWeb]:
    with AWeb() as web:
        yield web


def get(web: AWeb, path: str, limit: int = 1000, seconds: float = 20, more: str = "") -> bytes:
    trusted = frozenset({web.host, more} - {""})
    until = time.monotonic() + seconds
    with ask(f"{web.url}{path}", trusted=trusted, limit=limit, until=until) as answer:
        return b"".join(answer.pieces)


INSIDE = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "0.0.0.0", "10.1.2.3", "172.16.0.1",
    "192.168.1.1", "169.254.169.254", "2852039166", "100.64.0.1", "198.18.0.1", "192.0.2.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]",
    "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fd00:ec2::254]", "[ff02::1]", "localhost",
    "localhost.", "LOCALHOST", "ⓛocalhost", "１２７.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
def test_refuses_what_is_inside(host: str) -> None:
    with pytest.raises(Refusal, match=r"private network|not known|no web address"):
        look_at(f"https://{host}/data.csv", NOBODY)


@pytest.mark.parametrize(
    "url",
    ["http://example.org/a", "ftp://example.org/a", "file:///etc/passwd", "gopher://example.org", "//example.org", "",
     "https://", "https:///a", "https://me:secret@example.org/", "https://example.org:22/", "https://example.org:99999/",
     "https://exa mple.org/", "https://example.org\\@127.0.0.1/", "https://example.org/\r\nHost: x", "https://[::1/",
     "javascript:alert(1)", "https://" + "a" * 3000],
)  # fmt: skip
def test_refuses_what_is_no_address_to_ask(url: str) -> None:
    with pytest.raises(BadInput):
        look_at(url, NOBODY)


def test_public_addresses() -> None:
    assert all(is_public(ip) for ip in (PUBLIC, "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"))
    assert not any(is_public(ip) for ip in ("fe80::1%eth0", "nonsense", "", "::ffff:10.0.0.1"))


class Names:
    """A name server under a stranger's hand: each question gets the next answer, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0
        self.real = socket.getaddrinfo

    def __call__(self, host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if host != "evil.test":
            return self.real(host, port, *args, **kwargs)
        self.asked += 1
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]


def test_a_name_that_changes_its_address_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names([PUBLIC], ["127.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", names)
    until = time.monotonic() + 20
    with (
        pytest.raises(
            (SocketConnectBlockedError, UserWarning), match=PUBLIC
        ),  # where it went, and no test may
        ask("https://evil.test/data.csv", trusted=NOBODY, limit=10, until=until),
    ):
        pass
    assert names.asked == 1
    with pytest.raises(BadInput, match="private network"):
        look_at("https://evil.test/", NOBODY)


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Names([PUBLIC, "10.0.0.7"]))
    with pytest.raises(BadInput, match="private network"):
        look_at("https://evil.test/", NOBODY)


def test_the_name_is_kept_where_the_address_is_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Names([PUBLIC]))
    place = look_at("https://evil.test/a%20b?x=1", NOBODY)
    assert place.pinned == f"https://{PUBLIC}:443/a%20b?x=1"
    assert (place.host, place.authority) == ("evil.test", "evil.test")


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/meta-data", "http://localhost.:80/", "https://[::ffff:127.0.0.1]/",
     "http://127.0.0.1:1/", "file:///etc/passwd", "//169.254.169.254/"],
)  # fmt: skip
def test_a_redirect_leads_nowhere_inside(web: AWeb, target: str) -> None:
    web.pages["/a"] = reply(status=302, Location=target)
    with pytest.raises(Refusal):
        get(web, "/a")
    assert len(web.asked) == 1


def test_redirects_stay_on_the_host_or_go_to_a_trusted_one(web: AWeb) -> None:
    web.pages["/a"] = reply(status=302, Location="/b")
    web.pages["/b"] = reply(b"here")
    assert get(web, "/a") == b"here"
    with AWeb() as other:
        other.pages["/c"] = reply(b"there")
        web.pages["/a"] = reply(status=307, Location=f"{other.url}/c")
        assert get(web, "/a", more=other.host) == b"there"
        with pytest.raises(BadInput):
            get(web, "/a")
    web.pages["/a"] = reply(status=302, Location="/a")
    with pytest.raises(NotFetched, match="again and again"):
        get(web, "/a")


def test_bytes_and_time_have_an_end(web: AWeb) -> None:
    web.pages["/long"] = reply(b"x" * 1001)
    web.pages["/endless"] = reply(b"x" * 500_000, length=False)
    web.pages["/packed"] = reply(b"x", Content_Encoding="gzip")
    web.pages["/short"] = reply(b"x" * 1000)
    with pytest.raises(NotFetched, match="1,001 bytes"):
        get(web, "/long")
    with pytest.raises(NotFetched, match=r"More than 1,000 bytes"):
        get(web, "/endless")
    with pytest.raises(NotFetched, match="too slow"):
        get(web, "/short", seconds=-1)
    with pytest.raises(NotFetched, match="packs what it sends"):
        get(web, "/packed")
    with pytest.raises(NotFetched, match="answered 404"):
        get(web, "/nothing")
    assert get(web, "/short") == b"x" * 1000
    assert web.asked[-1] == ("/short", web.host)
