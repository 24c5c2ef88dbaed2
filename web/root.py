"""Where the site hangs below its host: "" at the top, "/tin" for https://example.vn/tin.

Handlers, routes and templates know nothing of it: they see and write paths as if at the top. The guard
takes the root off every request that still has it (a proxy may strip it or keep it) and puts it before
every Location; `web.view.render` puts it into pages. Stories stand at /tin/, and a site may hang there
all the same: what names a story by its id is an address of ours and keeps all of its path.
"""

import re
from contextvars import ContextVar

_ROOT: ContextVar[str] = ContextVar("root", default="")
STORIES = "/tin/"
_STORY = re.compile(rf"{STORIES}s[0-9a-f]{{20}}(?:/|$)")
# In a rendered page the quote after "=" is markup: in values and texts Jinja has escaped it.
_LOCAL = re.compile(r"""(?<=\s)(href|src|action|formaction)=(["'])/(?!/)""")


def serve_below(root: str) -> None:
    """Say for the request of this context where the site hangs."""
    _ROOT.set(root)


def inner(path: str, root: str) -> str:
    """Return a request's path without the root, if it has it."""
    if root and (path == root or path.startswith(f"{root}/")) and not _STORY.match(path):
        path = path[len(root) :]
    return path or "/"


def outer(location: str) -> str:
    """Return an address as the reader's browser has it: a path of ours below the root, others as they are."""
    return f"{_ROOT.get()}{location}" if location.startswith("/") and location[1:2] != "/" else location


def placed(page: str) -> str:
    """Return a rendered page with every local link, form and file below the root."""
    root = _ROOT.get()
    return _LOCAL.sub(rf"\1=\2{root}/", page) if root else page


def local_path(to: str) -> str:
    """Return a path of this site, "/" for anything else: nobody is sent elsewhere by a form or a link."""
    return to if to.startswith("/") and to.isprintable() and not to.startswith(("//", "/\\")) else "/"
