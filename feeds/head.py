"""What a document of a feed says of itself, before its entries. Pure data, equal for every form."""

from dataclasses import dataclass
from datetime import datetime

from feeds.channel import Channel, FeedForm
from feeds.item import Site, Tombstone


@dataclass(frozen=True, slots=True)
class HeadLink:
    """One link of a document: "self", "hub", "current", "prev-archive", "next-archive" (RFC 5005)."""

    rel: str
    href: str
    type: str = ""

    def attributes(self) -> dict[str, str]:
        """Return them as Atom writes them."""
        named = {"rel": self.rel, "type": self.type, "href": self.href}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Head:
    """A document of a channel in one form.

    Args:
        updated: when something in it was said last, aware.
        links: all but the channel's page, which each form has a place of its own for.
        gone: tombstones, newest first.
        is_archive: it is a sealed part (RFC 5005 section 4), whose `self` is not the channel's address.
        is_over: it is the last one that the channel will ever have.
    """

    channel: Channel
    site: Site
    form: FeedForm
    updated: datetime
    links: tuple[HeadLink, ...]
    gone: tuple[Tombstone, ...] = ()
    is_archive: bool = False
    is_over: bool = False

    def link(self, rel: str) -> str:
        """Return the address of a relation, "" if there is none."""
        return next((one.href for one in self.links if one.rel == rel), "")
