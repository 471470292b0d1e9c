"""A text as long as its field lets in is taken; a longer one comes back whole, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lti_tool.web.request_limits import LARGEST_REQUEST_BYTES
from tests.functional.classroom import words_in
from tests.functional.conftest import Site
from tests.functional.written_forms import EVERYWHERE, Desk, forms_in, hand_in, participant, sit_down


@pytest.mark.parametrize("make", EVERYWHERE)
def test_text_when_as_long_as_its_field_lets_in_is_taken(sqlite_site: Site, make: Callable[[Site], Desk]) -> None:
    desk = sit_down(make, sqlite_site)

    for form in desk.forms():
        assert all(form.longest.values()), form.longest
        texts = {name: "é" * (longest or 0) for name, longest in form.longest.items()}
        answer = desk.send(form, **texts)
        assert answer.status_code in {200, 303}, (form.action, words_in(answer.get_data(as_text=True)))


@pytest.mark.parametrize("make", EVERYWHERE)
def test_text_when_longer_than_its_field_lets_in_comes_back_whole(
    sqlite_site: Site, make: Callable[[Site], Desk]
) -> None:
    desk = sit_down(make, sqlite_site)

    for form in desk.forms():
        for name, longest in form.longest.items():
            text = "é" * ((longest or 0) + 1)

            answer = desk.send(form, **{name: text})

            page = answer.get_data(as_text=True)
            assert answer.status_code == 400, (form.action, name)
            kept = [again.fields[name].removeprefix("\n") for again in forms_in(page) if name in again.fields]
            assert text in kept, (form.action, name)
            assert f"hoogstens {longest} tekens" in words_in(page), (form.action, name)


@pytest.mark.parametrize("make", EVERYWHERE)
def test_longest_text_is_told_where_it_is_written_and_what_is_pasted_is_not_cut(
    sqlite_site: Site, make: Callable[[Site], Desk]
) -> None:
    for form in sit_down(make, sqlite_site).forms():
        assert None not in form.longest.values(), form.longest
        assert form.cut_at == {}, "a browser cuts without a word"


@pytest.mark.parametrize("share", [0.6, 0.95])
def test_text_when_far_too_long_but_not_too_large_comes_back_whole(sqlite_site: Site, share: float) -> None:
    desk = sit_down(hand_in, sqlite_site)
    [form] = desk.forms()
    text = "a" * int(LARGEST_REQUEST_BYTES * share)

    answer = desk.send(form, text=text)

    [again] = forms_in(answer.get_data(as_text=True))
    assert answer.status_code == 400
    assert again.fields["text"].removeprefix("\n") == text


@pytest.mark.parametrize("make", [hand_in, participant])
def test_page_about_too_much_when_shown_says_how_much_fits(sqlite_site: Site, make: Callable[[Site], Desk]) -> None:
    desk = sit_down(make, sqlite_site)
    form = desk.forms()[0]

    answer = desk.send(form, **dict.fromkeys(form.longest, "a" * LARGEST_REQUEST_BYTES))

    page = words_in(answer.get_data(as_text=True))
    assert answer.status_code == 413
    assert "Een tekst heeft hoogstens 10000 tekens." in page
    assert ("Voor docenten: alle teksten op één pagina hebben samen hoogstens ongeveer 160000 tekens." in page) == (
        make is participant
    )
