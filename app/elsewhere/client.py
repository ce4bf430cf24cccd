"""The one client that asks the web for something on a person's behalf.

A name is resolved once, every address behind it must be a public one, and the connection is made to the address that
was looked at: a name server that answers differently the next time changes nothing. Redirects stay on the same host;
bytes, time and their number have an end. Hosts that who runs the server trusts (``SKILLET_TRUSTED_HOSTS``) may be
private, and may speak plain HTTP.
"""

import ipaddress
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from app.errors import BadInput, Refusal

REDIRECTS = 5
SECONDS = 30.0
"""Without a byte, after which the other side counts as silent."""
PIECE = 2**18
USUAL = {"https": 443, "http": 80}
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""NAT64: an IPv4 address in the last 32 bits."""


class NotFetched(Refusal):
    """It could not be had from elsewhere."""

    status = 502


@dataclass(frozen=True)
class Place:
    """An address that may be asked, and the one address of a machine that it stands for."""

    url: str
    scheme: str
    host: str
    port: int
    address: str

    @property
    def authority(self) -> str:
        """Host and port, as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == USUAL[self.scheme] else f"{host}:{self.port}"

    @property
    def pinned(self) -> str:
        """The address with the machine's own in place of the name."""
        parts = urlsplit(self.url)
        address = f"[{self.address}]" if ":" in self.address else self.address
        query = f"?{parts.query}" if parts.query else ""
        return f"{self.scheme}://{address}:{self.port}{parts.path or '/'}{query}"


@dataclass(frozen=True)
class Answer:
    """What came back, while the connection is open."""

    filename: str
    size: int | None
    links: dict[str, str]
    pieces: Iterator[bytes]


def look_at(url: str, trusted: frozenset[str]) -> Place:
    """Where an address leads: read, and its name resolved. Raises BadInput in words where nobody may be sent."""
    scheme, host, port, known = read_url(url, trusted)
    return Place(url, scheme, host, port, resolve(host, port, check=not known))


def read_url(url: str, trusted: frozenset[str]) -> tuple[str, str, int, bool]:
    """Scheme, host and port of an address, and whether it is trusted; nobody is asked for it. Raises BadInput."""
    if len(url) > 2000 or not url.isprintable() or "\\" in url or " " in url:
        raise BadInput("This is no web address: write it as https://host/path, without spaces.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode().lower(), parts.port
    except (ValueError, UnicodeError):
        raise BadInput("This is no web address: write it as https://host/path.") from None
    known = host in trusted or f"{host}:{port or USUAL.get(parts.scheme)}" in trusted
    if parts.scheme not in ("https", "http") or not host:
        raise BadInput("Only addresses that begin with https:// can be fetched.")
    if parts.username is not None or parts.password is not None:
        raise BadInput(
            "An address with a name or password in it is not fetched: it would be kept here in the clear."
        )
    if parts.scheme == "http" and not known:
        raise BadInput("Only https:// is fetched: what comes by http:// may have been changed on its way.")
    port = port or USUAL[parts.scheme]
    if port != USUAL[parts.scheme] and not known:
        raise BadInput(f"Only the usual port of https is asked, not {port}.")
    return parts.scheme, host, port, known


def resolve(host: str, port: int, *, check: bool) -> str:
    """The first address of a name; with ``check``, all of them must be public ones. Asked once, and never again."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotFetched(f"The host {host} is not known. Check the address for mistyped letters.") from None
    addresses = [str(entry[4][0]) for entry in found]
    if check and not all(is_public(address) for address in addresses):
        raise BadInput(
            f"{host} is inside a private network, or this machine itself. Only public hosts are asked, and those "
            "that who runs the server names in SKILLET_TRUSTED_HOSTS."
        )
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet, whatever dress it comes in."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in TRANSLATED:
            inside = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
        if int(ip) >> 32 == 0:
            return False  # IPv4-compatible, of old
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


@contextmanager
def ask(url: str, *, trusted: frozenset[str], limit: int, until: float) -> Iterator[Answer]:
    """Get an address. Reading ``pieces`` raises NotFetched above ``limit`` bytes, and after ``until`` (monotonic)."""
    verify = httpx.create_ssl_context()
    with httpx.Client(trust_env=False, verify=verify, timeout=SECONDS, follow_redirects=False) as client:
        place = look_at(url, trusted)
        for _ in range(REDIRECTS + 1):
            request = client.build_request(
                "GET", place.pinned,
                headers={"Host": place.authority, "Accept-Encoding": "identity", "User-Agent": "Skillet"},
                extensions={"sni_hostname": place.host},
            )  # fmt: skip
            with heard(place):
                answer = client.send(request, stream=True)
            try:
                if answer.has_redirect_location:
                    place = follow(place, answer.headers["Location"], trusted)
                    continue
                yield read(place, answer, limit, until)
                return
            finally:
                answer.close()
        raise NotFetched(f"{place.host} redirects again and again. Use the address that it ends at.")


def follow(place: Place, location: str, trusted: frozenset[str]) -> Place:
    """Where a redirect leads: the same host, or one that is trusted."""
    target = look_at(urljoin(place.url, location), trusted)
    if target.host != place.host and not {target.host, f"{target.host}:{target.port}"} & trusted:
        raise NotFetched(
            f"{place.host} sends on to another host, {target.host[:80]}. That is not followed by itself: use the "
            "address there, if you trust it."
        )
    if place.scheme == "https" and target.scheme != "https":
        raise NotFetched(f"{place.host} sends on from https to http, which is not followed.")
    return target


def read(place: Place, answer: httpx.Response, limit: int, until: float) -> Answer:
    """An answer that is one: 200, not packed, not too long."""
    if answer.status_code != 200:
        raise NotFetched(f"{place.host} answered {answer.status_code}, so there is nothing to bring.")
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise NotFetched(f"{place.host} packs what it sends although it was asked not to.")
    length = answer.headers.get("Content-Length", "")
    size = int(length) if length.isascii() and length.isdigit() else None
    if size is not None and size > limit:
        raise NotFetched(f"It has {size:,} bytes, and {limit:,} may come.")
    links = {str(rel): urljoin(place.url, link.get("url", "")) for rel, link in answer.links.items()}
    filename = unquote(urlsplit(place.url).path.rsplit("/", 1)[-1]) or place.host
    return Answer(filename, size, links, count(place, answer, limit, until))


def count(place: Place, answer: httpx.Response, limit: int, until: float) -> Iterator[bytes]:
    """The bytes as they come, with an eye on their number and on the clock."""
    came = 0
    with heard(place):
        for piece in answer.iter_raw(PIECE):
            came += len(piece)
            if came > limit:
                raise NotFetched(f"More than {limit:,} bytes came from {place.host}, and no more may.")
            if time.monotonic() > until:
                raise NotFetched(f"{place.host} is too slow: the time that a fetch may take has passed.")
            yield piece


@contextmanager
def heard(place: Place) -> Iterator[None]:
    """What may go wrong on a line, in words."""
    try:
        yield
    except httpx.TimeoutException:
        raise NotFetched(f"{place.host} did not answer for {SECONDS:.0f} s. Try again later.") from None
    except httpx.HTTPError as error:
        raise NotFetched(
            f"The connection to {place.host} failed: {type(error).__name__}. Try again later."
        ) from error
