"""The adapters of `adapters/` as archives that a CMS takes: each with the core that they share."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import BadInput

FOLDER = Path(__file__).resolve().parents[1] / "adapters"
_CORE = "tintinh-core.php"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first date a zip knows: the same files make the same bytes


@dataclass(frozen=True, slots=True)
class _Adapter:
    """A folder of `adapters/`, where the core belongs in its archive, and the archive's name."""

    folder: str
    core: str
    archive: str


_ADAPTERS = {
    "wordpress": _Adapter("wordpress", f"tin-tinh/{_CORE}", "tin-tinh-wordpress.zip"),
    "drupal": _Adapter("drupal", f"tin_tinh/lib/{_CORE}", "tin-tinh-drupal.zip"),
    "nukeviet": _Adapter("nukeviet/tintinh", f"includes/tintinh/{_CORE}", "tin-tinh-nukeviet.zip"),
}


def packed(cms: str) -> tuple[str, bytes]:
    """Return the name and the bytes of a CMS's archive.

    Raises:
        BadInput: there is no adapter for that CMS.
    """
    chosen = _ADAPTERS.get(cms)
    if chosen is None:
        raise BadInput("cms", f"{cms!r} is none of {', '.join(_ADAPTERS)}; others: docs/webhooks.md")
    folder = FOLDER / chosen.folder
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    files[chosen.core] = FOLDER / "core" / _CORE
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(files.items()):
            member = zipfile.ZipInfo(name, _LONG_AGO)
            member.external_attr = 0o644 << 16
            archive.writestr(member, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return chosen.archive, made.getvalue()
