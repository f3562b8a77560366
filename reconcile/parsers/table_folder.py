"""The layouts of a deployment: a folder with one TOML file for each bank, its name that of the layout."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from reconcile.parsers.table_profile import profile_of
from reconcile.problem import Refusal

ENDING: Final = ".toml"
_MAX_BYTES: Final = 256 * 1024


def profiles_in(folder: Path | None) -> dict[str, str]:
    """Name to text of every layout in the folder. Each is looked at now, so that a faulty one is told of before the
    first statement and not by the statement that needed it."""
    if folder is None:
        return {}
    if not folder.is_dir():
        raise Refusal.of(f"the profiles {folder} are no folder", "create it, or correct RECONCILE_PROFILES")
    return {path.stem: _text(path) for path in sorted(folder.glob(f"*{ENDING}"))}


def chosen(said: str, own: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """What a person says with `--profile`: the name of a layout, or a file with one. Returns its name, and the layouts
    to choose from."""
    path = Path(said)
    if not said.endswith(ENDING):
        return said, dict(own)
    if not path.is_file():
        raise Refusal.of(f"there is no profile {said}", "check the path, or say the name of a profile")
    return path.stem, {**own, path.stem: _text(path)}


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise Refusal.of("the profile is larger than 256 kB", "it is a page of text; check the file")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal.of("the profile is not UTF-8", "save it as UTF-8", file=str(path)) from None
    except Refusal as refusal:
        raise refusal.at(str(path)) from None
    profile_of(str(path), text)
    return text
