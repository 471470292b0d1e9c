"""Every kind of badge and every tampered one, judged by all verifiers in one run for the whole tier."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from badges.openbadges.baking import bake
from badges.picture.design import DEFAULT_DESIGN
from badges.picture.png import png_of
from tests.conftest import REQUIRE_ALL
from tests.interop import lms_of_others
from tests.interop.kinds import ADDRESSES, KINDS, TWIN, by_a_stolen_key, twin_and_newer
from tests.interop.school import start_service
from tests.interop.tampering import TAMPERINGS, tampered
from tests.interop.verifiers import Issued, Verdict, Verdicts, ask_all, missing, picture_of

STOLEN = "signed by a stolen key"


def lacking() -> dict[str, str]:
    """Return what this machine lacks, by the beginning of the names of the tests that need it."""
    found = {"test_": missing(), "test_platforms": lms_of_others.missing()}
    return {tests: what for tests, what in found.items() if what}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    found = lacking()
    if found and REQUIRE_ALL:
        raise pytest.UsageError(f"the interop tests need {' and '.join(found.values())}")
    for item in items:
        is_of_platforms = item.path.name.startswith("test_platforms")
        what = found.get("test_platforms" if is_of_platforms else "test_")
        if what and "tests/interop" in str(item.path):
            item.add_marker(pytest.mark.skip(reason=f"the interop tests need {what}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for what in lacking().values():
        terminalreporter.write_line(f"Skipped: the interop tests need {what}.")


@dataclass(frozen=True)
class Judged:
    """All documents by name, and what every verifier said of each."""

    documents: Mapping[str, Issued]
    verdicts: Verdicts

    def by(self, verifier: str, name: str) -> Verdict:
        return self.verdicts[name, verifier]

    def accepting(self, name: str) -> frozenset[str]:
        """Return who accepts the signature of a document, of those who were asked."""
        return frozenset(who for who in self.documents[name].verifiers if self.by(who, name).accepted)

    def picture(self, name: str) -> Verdict:
        """Return what openbadgeslib says of the picture in which the document is baked."""
        return self.verdicts[picture_of(name), "openbadgeslib"]


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Judged:
    documents: dict[str, Issued] = {}
    for did, address in ADDRESSES.items():
        database = tmp_path_factory.mktemp("service") / "mijlpaal.sqlite3"
        database.write_bytes(sqlite_template.read_bytes())
        tool = start_service(f"sqlite:///{database}", address)
        issued = {kind: make(tool) for kind, make in KINDS.items()}
        issued[TWIN], newer = twin_and_newer(tool)
        for name, tampering in TAMPERINGS.items():
            changed = tampered(issued[TWIN].document, newer.document, tampering)
            content = json.dumps(changed, ensure_ascii=False).encode()
            issued[name] = Issued(content, newer.web, bake(png_of(DEFAULT_DESIGN, 128), content))
        issued[STOLEN] = by_a_stolen_key(tool)
        tool.db.dispose()
        documents |= {named(name, did): one for name, one in issued.items()}
    return Judged(documents, ask_all(documents, tmp_path_factory.mktemp("asked")))


def named(name: str, did: str) -> str:
    """Name a document of one kind of issuer."""
    return f"{name}, {did}"
