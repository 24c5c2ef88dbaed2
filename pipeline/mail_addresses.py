"""Addresses of letters: whom they go to, who writes them, and which mail server takes them. Pure."""

import contextlib
import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

import idna

from pipeline.errors import BadInput, BadSettings

_PORTS = {"smtp": 587, "smtps": 465}
_LONGEST, _LONGEST_LOCAL, _LONGEST_DOMAIN = 254, 64, 253  # RFC 5321 section 4.5.3.1
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


@dataclass(frozen=True, slots=True)
class Server:
    """Whom letters are handed to. `scheme`: smtps (TLS from the start) or smtp (STARTTLS)."""

    scheme: str
    user: str
    host: str
    port: int

    @property
    def is_here(self) -> bool:
        """Say whether it listens on this machine, where nobody reads along."""
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return self.host == "localhost"


def server(url: str) -> Server:
    """Take smtp://user@host:port apart; the port is 587, with smtps 465, if not said.

    Raises:
        BadSettings: it is no such address, or has a password in it.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise BadSettings("TINTINH_SMTP_URL", "is no address") from error
    if parts.password is not None:
        raise BadSettings("TINTINH_SMTP_URL", "a password belongs into the file TINTINH_SMTP_PASSWORD_FILE")
    further = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in _PORTS or not parts.hostname or further:
        raise BadSettings("TINTINH_SMTP_URL", "is no address like smtp://user@mail.example.vn:587")
    return Server(parts.scheme, unquote(parts.username or ""), parts.hostname, port or _PORTS[parts.scheme])


def address(typed: str) -> str:
    """Return an address as it is written to: the domain in lower-case ASCII (RFC 5891).

    A local part is a dot-atom of ASCII: quoted ones and those of RFC 6531 are taken by few servers, and
    nothing that could begin another header or command gets through.

    Raises:
        BadInput: it is none.
    """
    local, at, domain = unicodedata.normalize("NFC", typed).strip().rpartition("@")
    try:
        host = idna.encode(domain, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise BadInput("email", "is no e-mail address") from error
    labels = host.split(".")
    right = (
        at
        and len(local) <= _LONGEST_LOCAL
        and _LOCAL.fullmatch(local)
        and len(host) <= _LONGEST_DOMAIN
        and len(labels) > 1
        and all(map(_LABEL.fullmatch, labels))
        and not labels[-1].isdigit()
        and len(local) + 1 + len(host) <= _LONGEST
    )
    if not right:
        raise BadInput("email", "is no e-mail address")
    return f"{local}@{host}"


def sender(told: str) -> Address:
    """Return who writes, from "Tin Tỉnh <tin@example.vn>". Raises BadSettings."""
    name, spec = parseaddr(told)
    try:
        local, _, domain = address(spec).rpartition("@")
    except BadInput as error:
        raise BadSettings("TINTINH_MAIL_FROM", "is no address like Tin Tỉnh <tin@example.vn>") from error
    return Address(" ".join(name.split()), local, domain)
