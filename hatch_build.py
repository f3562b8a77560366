"""Compiles the core while a wheel is built: the same source, read by mypyc, about twice as fast.

Off unless asked for, since it wants a C compiler and a minute:

    HATCH_BUILD_HOOK_ENABLE_CUSTOM=true pip install .

Nothing depends on it. Which modules are compiled stands in pyproject.toml; each must be code that mypy reads strictly and
that nobody replaces at run time. An editable install is never compiled: there the source itself is what runs.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledCore(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        self.made = Path(tempfile.mkdtemp(prefix="reconcile-compiled-"))
        for library in compile_modules(_modules(Path(self.root), self.config["modules"]), self.made):
            build_data["force_include"][str(library)] = library.relative_to(self.made).as_posix()
        build_data.update(pure_python=False, infer_tag=True)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "made"):
            shutil.rmtree(self.made)


def _modules(root: Path, patterns: list[str]) -> list[str]:
    found = sorted({path for pattern in patterns for path in root.glob(pattern)})
    return [path.relative_to(root).as_posix() for path in found if path.name != "__init__.py"]


def compile_modules(modules: list[str], target: Path) -> list[Path]:
    """The extension modules made of these files, under `target` at the places of their packages."""
    from mypyc.build import mypycify  # only here: the plain build knows nothing of it
    from setuptools import Distribution

    options = ["--ignore-missing-imports", "--python-version=3.11", "--no-warn-unused-ignores"]
    with tempfile.TemporaryDirectory(prefix="reconcile-c-") as sources:
        extensions = mypycify([*options, *modules], opt_level="2", debug_level="0", target_dir=sources)
        build = Distribution({"name": "reconcile", "ext_modules": extensions}).get_command_obj("build_ext")
        build.build_lib, build.build_temp = str(target), sources  # type: ignore[attr-defined]
        build.ensure_finalized()
        build.run()
    return sorted(path for path in target.rglob("*") if path.suffix in (".so", ".pyd"))
