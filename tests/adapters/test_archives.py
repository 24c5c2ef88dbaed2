"""The archives that a CMS takes."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from cli.adapters import FOLDER, packed
from pipeline.errors import BadInput

CORE = (FOLDER / "core" / "tintinh-core.php").read_bytes()


@pytest.mark.parametrize(
    ("cms", "main"),
    [
        ("wordpress", "tin-tinh/tin-tinh.php"),
        ("drupal", "tin_tinh/tin_tinh.info.yml"),
        ("nukeviet", "includes/cronjobs/tintinh.php"),
    ],
)
def test_an_archive_is_all_there_is_to_install(cms: str, main: str) -> None:
    """What an adapter requires is in its archive, the shared core too, in the same bytes each time."""
    name, content = packed(cms)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    required = {
        (Path("/", file).parent / step.decode().lstrip("/")).resolve().relative_to("/").as_posix()
        for file, text in files.items()
        for step in re.findall(rb"require_once __DIR__ \. '([^']+)'", text)
    }

    assert f"tin-tinh-{cms}.zip" == name
    assert main in files
    assert required <= files.keys()
    assert [CORE] == [text for file, text in files.items() if file.endswith("tintinh-core.php")]
    assert (name, content) == packed(cms)


def test_an_unknown_cms() -> None:
    """A CMS without an adapter is refused with what there is."""
    with pytest.raises(BadInput, match="none of wordpress, drupal, nukeviet"):
        packed("joomla")
