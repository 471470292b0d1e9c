"""Build step: the translations (.po to .mo) and the dependency list, both made from their one source.

As a hatchling hook it runs for the wheel and for the editable install; `python hatch_build.py` runs it alone.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent


def compile_messages(root: Path = ROOT) -> list[Path]:
    written = []
    for po_path in sorted(root.glob("lti_tool/translations/*/LC_MESSAGES/*.po")):
        mo_path = po_path.with_suffix(".mo")
        with po_path.open("rb") as po_file:
            catalog = read_po(po_file, locale=po_path.parts[-3])
        if mo_path.exists() and mo_path.stat().st_mtime >= po_path.stat().st_mtime:
            continue
        with mo_path.open("wb") as mo_file:
            write_mo(mo_file, catalog)
        written.append(mo_path)
    return written


def run_dependencies(root: Path = ROOT) -> list[str]:
    lines = (root / "requirements" / "run.in").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
    from hatchling.metadata.plugin.interface import MetadataHookInterface
except ImportError:  # run as a script where hatchling is not installed
    pass
else:

    class MessagesHook(BuildHookInterface):  # type: ignore[type-arg]
        PLUGIN_NAME = "custom"

        def initialize(self, version: str, build_data: dict[str, object]) -> None:
            compile_messages(Path(self.root))

    class DependenciesHook(MetadataHookInterface):
        PLUGIN_NAME = "custom"

        def update(self, metadata: dict[str, object]) -> None:
            metadata["dependencies"] = run_dependencies(Path(self.root))

    # hatchling looks for exactly one hook of each kind in this file
    def get_build_hook() -> type[MessagesHook]:
        return MessagesHook

    def get_metadata_hook() -> type[DependenciesHook]:
        return DependenciesHook


if __name__ == "__main__":
    compile_messages()
