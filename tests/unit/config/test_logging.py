"""Log lines: JSON with the reference number, and without session addresses or the texts of foreign errors."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import pytest

from config.logging import JsonFormatter, reference, scrub, start_logging

TOKEN = "Zm9v-YmFy_MTIz"


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        (f"/s/{TOKEN}", "/s/…"),
        (f"GET /s/{TOKEN}/tasks?x=1 200", "GET /s/…/tasks?x=1 200"),
        (f"https://tool.example/s/{TOKEN}", "https://tool.example/s/…"),
        (f"/s/{TOKEN} and /s/{TOKEN}2/done", "/s/… and /s/…/done"),
        (f"/s/{TOKEN}?next=/s/{TOKEN}#top", "/s/…?next=/s/…#top"),
        (f"?next=%2Fs%2F{TOKEN}%2Ftasks", "?next=%2Fs%2F…%2Ftasks"),
        (f"?next=%2fs%2f{TOKEN}", "?next=%2fs%2f…"),
        (f"/s/%5A{TOKEN}/tasks", "/s/…/tasks"),
        (f"POST /lti/register/{TOKEN}/by-hand", "POST /lti/register/…/by-hand"),
        (f"/admin/enter/{TOKEN} and /admin/s/{TOKEN}/check", "/admin/enter/… and /admin/s/…/check"),
        ("/settings and /lti/s", "/settings and /lti/s"),
        (
            f"/lti/register/x?a=1&registration_token={TOKEN}.e%3D%26y&b=2",
            "/lti/register/…?a=1&registration_token=…&b=2",
        ),
        (
            f"'GET /lti/login?login_hint={TOKEN}&lti_message_hint={TOKEN} HTTP/1.1'",
            "'GET /lti/login?login_hint=…&lti_message_hint=… HTTP/1.1'",
        ),
        (f"/lti/check?state={TOKEN}.{TOKEN}&hints={TOKEN}", "/lti/check?state=…&hints=…"),
        (f"#id_token={TOKEN}&state={TOKEN}", "#id_token=…&state=…"),
        (f"?openid_configuration=https%3A%2F%2Fl%2Fc%3Fticket%3D{TOKEN}&b=2", "?openid_configuration=…&b=2"),
        (f"?next=%2Flti%3Fregistration_token%3D{TOKEN}", "?next=%2Flti%3Fregistration_token%3D…"),
        (f"?next=%252Flti%253Fregistration_token%253d{TOKEN}", "?next=%252Flti%253Fregistration_token%253d…"),
        ("?registration_token=&statement=1", "?registration_token=&statement=1"),
    ],
)
def test_text_when_scrubbed_keeps_no_address_and_no_parameter_that_opens_something(text: str, scrubbed: str) -> None:
    assert scrub(text) == scrubbed
    assert TOKEN not in scrub(text)


def test_line_when_written_is_one_json_object_with_moment_level_logger_and_message() -> None:
    line = _line("score %s of %s", 3, "two\nlines")

    assert "\n" not in line
    entry = json.loads(line)
    assert (entry["level"], entry["logger"], entry["message"]) == ("WARNING", "mijlpaal.test", "score 3 of two\nlines")
    assert datetime.fromisoformat(entry["at"]).utcoffset() is not None
    assert set(entry) == {"at", "level", "logger", "message"}


def test_line_when_the_message_or_an_extra_field_names_a_session_address_hides_it() -> None:
    extra = {
        "path": f"/s/{TOKEN}/tasks",
        "place": PurePosixPath(f"/s/{TOKEN}"),
        "several": [f"/s/{TOKEN}", {"inner": f"https://tool.example/s/{TOKEN}"}],
    }

    line = _line("opened %s", f"/s/{TOKEN}", extra=extra)

    assert TOKEN not in line
    entry = json.loads(line)
    assert (entry["message"], entry["path"]) == ("opened /s/…", "/s/…/tasks")
    assert entry["several"] == ["/s/…", {"inner": "https://tool.example/s/…"}]


def test_line_when_a_secret_parameter_is_in_quotes_is_json_still() -> None:
    line = _line(
        'handling "%s" failed', f"/lti/register/x?registration_token={TOKEN}", extra={"path": [f"state={TOKEN}"]}
    )

    assert TOKEN not in line
    entry = json.loads(line)
    assert entry["message"] == 'handling "/lti/register/…?registration_token=…" failed'
    assert entry["path"] == ["state=…"]


def test_line_when_a_request_has_a_reference_number_carries_it() -> None:
    token = reference.set("K4M7PT")
    try:
        entry = json.loads(_line("refused"))
    finally:
        reference.reset(token)

    assert entry["reference"] == "K4M7PT"
    assert "reference" not in json.loads(_line("refused"))


def test_line_when_extra_fields_are_given_has_them_as_keys() -> None:
    entry = json.loads(_line("done", extra={"code": "lease-lost", "attempts": 3, "at_once": True}))

    assert (entry["code"], entry["attempts"], entry["at_once"]) == ("lease-lost", 3, True)


def test_line_when_an_error_is_logged_has_its_type_and_place_and_not_its_text() -> None:
    try:
        _fail("sanne@example.org")
    except ValueError as error:
        line = _line("message later", exc_info=(type(error), error, error.__traceback__))

    entry = json.loads(line)
    assert entry["error"] == "ValueError"
    assert entry["trace"][-1].startswith("test_logging.py:")
    assert entry["trace"][-1].endswith(":_fail")
    assert "sanne@example.org" not in line
    assert "KeyError" not in line


def test_line_when_logged_with_exc_info_outside_an_error_is_an_ordinary_line() -> None:
    assert "error" not in json.loads(_line("nothing wrong", exc_info=(None, None, None)))


def test_logging_when_started_writes_json_lines_to_standard_error(
    capsys: pytest.CaptureFixture[str], root_logger: logging.Logger
) -> None:
    start_logging("WARNING")

    logging.getLogger("mijlpaal.test").info("too quiet")
    logging.getLogger("mijlpaal.test").warning("opened /s/%s", TOKEN)

    captured = capsys.readouterr()
    assert captured.out == ""
    [line] = captured.err.splitlines()
    assert json.loads(line)["message"] == "opened /s/…"


def test_logging_when_started_twice_writes_each_line_once(
    capsys: pytest.CaptureFixture[str], root_logger: logging.Logger
) -> None:
    start_logging("INFO")
    start_logging("INFO")

    logging.getLogger("mijlpaal.test").info("once")

    assert len(capsys.readouterr().err.splitlines()) == 1


def _fail(text: str) -> None:
    try:
        raise KeyError(text)
    except KeyError as inner:
        raise ValueError(text) from inner


def _line(message: str, *values: Any, extra: dict[str, Any] | None = None, exc_info: Any = None) -> str:
    record = logging.getLogger("mijlpaal.test").makeRecord(
        "mijlpaal.test", logging.WARNING, __file__, 1, message, values, exc_info, extra=extra
    )
    return JsonFormatter().format(record)


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)
