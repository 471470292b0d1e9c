"""The browser without a screen, against the platform and a tiny tool, both on real ports."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from urllib.parse import urlencode

import jwt
import pytest
from flask import Flask, make_response, redirect, request
from werkzeug.serving import make_server

from lti_tool.demo_platform.app import create_platform
from lti_tool.demo_platform.browser import BrowserFailed, DemoBrowser
from lti_tool.demo_platform.browser_form import Upload
from lti_tool.demo_platform.roster import find_user
from lti_tool.demo_platform.settings import PlatformSettings


def test_tool_is_reached_in_the_frame_when_a_course_is_launched(sites):
    browser = DemoBrowser()

    course = browser.open(f"{sites.lms}/as/zoe/course")
    page = browser.launch(course)

    assert (page.status, page.title, page.in_frame) == (200, "Tool", True)
    assert "Dag Zoë Yılmaz" in page.words
    assert browser.summary() == [
        f"GET  200 {sites.lms}/as/zoe/course",
        f"GET  200 {sites.lms}/as/zoe/launch (frame)",
        f"POST 302 {sites.tool}/lti/login (frame)",
        f"GET  200 {sites.lms}/lti/authorize (frame)",
        f"POST 303 {sites.tool}/lti/launch (frame)",
        f"GET  200 {sites.tool}/home (frame)",
    ]


def test_tool_is_reached_in_a_window_when_the_link_is_used(sites):
    browser = DemoBrowser()

    page = browser.launch(browser.open(f"{sites.lms}/as/sam/course"), new_window="in a new window")

    assert (page.title, page.in_frame, page.top_host) == ("Tool", False, "127.0.0.1")
    assert sites.seen[-1]["Sec-Fetch-Dest"] == "document"


def test_headers_tell_frame_and_origin_when_the_tool_is_posted_to(sites):
    browser = DemoBrowser(language="en")

    browser.launch(browser.open(f"{sites.lms}/as/zoe/course"))

    login, launch, home = sites.seen
    for headers in (login, launch):
        assert headers["Origin"] == sites.lms
        assert headers["Referer"] == f"{sites.lms}/"
    assert {headers["Sec-Fetch-Dest"] for headers in sites.seen} == {"iframe"}
    assert {headers["Sec-Fetch-Site"] for headers in sites.seen} == {"cross-site"}
    assert home["Accept-Language"] == "en"
    assert "Origin" not in home


def test_two_people_do_not_mix_when_open_in_two_browsers(sites):
    pages = [
        browser.launch(browser.open(f"{sites.lms}/as/{key}/course"))
        for browser, key in ((DemoBrowser(), "zoe"), (DemoBrowser(), "ahmed"))
    ]

    assert "Dag Zoë Yılmaz" in pages[0].words
    assert "Dag Ahmed El Idrissi" in pages[1].words


def test_launch_is_refused_when_frames_keep_no_cookies(sites):
    browser = DemoBrowser(keeps_frame_cookies=False)

    page = browser.launch(browser.open(f"{sites.lms}/as/zoe/course"))

    assert (page.status, page.words) == (403, "no cookie")


def test_form_is_sent_as_a_browser_does_when_filled(sites):
    browser = DemoBrowser()
    page = browser.launch(browser.open(f"{sites.lms}/as/zoe/course"))

    page = browser.submit(page, page.find_form("answer").fill(answer="Ja & nee", agree=True), "Stuur")

    assert page.words == "Ja & nee yes send"
    assert sites.seen[-1]["Origin"] == sites.tool
    assert sites.seen[-1]["Sec-Fetch-Site"] == "same-origin"
    assert sites.seen[-1]["Referer"] == f"{sites.tool}/home"


def test_file_is_sent_when_the_form_takes_one(sites):
    browser = DemoBrowser()
    page = browser.launch(browser.open(f"{sites.lms}/as/zoe/course"))

    form = page.find_form("work").fill(work=Upload('bewijs".txt', "ünï".encode(), "text/plain"))
    page = browser.submit(page, form)

    assert page.words == 'bewijs".txt text/plain ünï'


def test_origin_is_null_when_the_page_sends_no_referrer(sites):
    browser = DemoBrowser()
    page = browser.open(f"{sites.tool}/silent")

    browser.submit(page, page.forms[0])

    assert sites.seen[-1]["Origin"] == "null"
    assert "Referer" not in sites.seen[-1]


def test_frame_is_left_when_a_link_says_so(sites):
    browser = DemoBrowser()
    page = browser.launch(browser.open(f"{sites.lms}/as/zoe/course"))

    inside, outside = browser.follow(page, "Verder"), browser.follow(page, "Naar de cursus")

    assert (inside.in_frame, inside.top_host) == (True, "localhost")
    assert (outside.in_frame, outside.url) == (False, f"{sites.lms}/as/zoe/course")


def test_body_goes_along_when_the_redirect_keeps_the_method(sites):
    browser = DemoBrowser()
    page = browser.launch(browser.open(f"{sites.lms}/as/zoe/course"))

    page = browser.submit(page, page.find_form("kept"))

    assert page.words == "kept here"


@pytest.mark.parametrize(
    "url", ["http://example.org/", "https://localhost/", "http://192.0.2.1/", "file:///etc/hosts", "localhost"]
)
def test_address_is_refused_when_it_is_not_this_machine(url):
    with pytest.raises(BrowserFailed, match="of this machine"):
        DemoBrowser().open(url)


def test_redirect_is_refused_when_it_leaves_this_machine(sites):
    with pytest.raises(BrowserFailed, match="of this machine"):
        DemoBrowser().open(f"{sites.tool}/away")


def test_browser_gives_up_when_redirects_go_round(sites):
    with pytest.raises(BrowserFailed, match="too many redirects"):
        DemoBrowser().open(f"{sites.tool}/round")


def test_browser_says_so_when_nobody_answers(sites):
    sites.stop()

    with pytest.raises(BrowserFailed, match="no answer"):
        DemoBrowser().open(sites.lms)


class Sites:
    """The two addresses, and the headers of what reached the tool."""

    def __init__(self, stack):
        self.stack = stack
        self.seen = []
        self.platform_server = stack.enter_context(serving("localhost"))
        self.tool_server = stack.enter_context(serving("127.0.0.1"))
        self.lms = f"http://localhost:{self.platform_server.port}"
        self.tool = f"http://127.0.0.1:{self.tool_server.port}"

    def stop(self):
        self.stack.close()


@pytest.fixture
def sites(tmp_path):
    with ExitStack() as stack:
        sites = Sites(stack)
        settings = PlatformSettings(sites.lms, sites.tool, tmp_path / "platform.sqlite")
        sites.platform_server.app = create_platform(settings, None, lambda _: b"{}")
        sites.tool_server.app = tiny_tool(sites)
        yield sites


@contextmanager
def serving(host):
    server = make_server(host, 0, lambda *_: [], threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def tiny_tool(sites):
    """Build the least that can be launched: state in a partitioned cookie, a page with forms."""
    app = Flask(__name__)

    @app.before_request
    def remember():
        sites.seen.append(dict(request.headers))

    @app.post("/lti/login")
    def login():
        query = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": request.form["client_id"],
            "redirect_uri": request.form["target_link_uri"],
            "login_hint": request.form["login_hint"],
            "lti_message_hint": request.form["lti_message_hint"],
            "state": "s",
            "nonce": "n",
        }
        response = redirect(f"{sites.lms}/lti/authorize?{urlencode(query)}")
        response.set_cookie("__Host-state", "s", secure=True, httponly=True, samesite="None", partitioned=True)
        return response

    @app.post("/lti/launch")
    def launch():
        if request.cookies.get("__Host-state") != request.form["state"]:
            return "<p>no cookie</p>", 403
        claims = jwt.decode(request.form["id_token"], options={"verify_signature": False})
        response = redirect("/home", 303)
        response.set_cookie("__Host-name", claims["sub"], secure=True, samesite="None", partitioned=True)
        response.set_cookie("__Host-state", "", max_age=0, secure=True, samesite="None", partitioned=True)
        return response

    @app.get("/home")
    def home():
        assert "__Host-state" not in request.cookies
        name = find_user(request.cookies["__Host-name"]).name
        return make_response(f"""<!doctype html><title>Tool</title><p>Dag {name}</p>
            <a href="/home">Verder</a> <a target="_top" href="{sites.lms}/as/zoe/course">Naar de cursus</a>
            <form method="post" action="/answer"><input name="answer"><input type="checkbox" name="agree" value="yes">
            <button>Annuleer</button><button name="act" value="send">Stuur</button></form>
            <form method="post" action="/upload" enctype="multipart/form-data"><input type="file" name="work"></form>
            <form method="post" action="/moved"><input type="hidden" name="kept" value="kept"></form>""")

    @app.post("/answer")
    def answer():
        return " ".join(request.form.get(name, "-") for name in ("answer", "agree", "act"))

    @app.post("/upload")
    def upload():
        work = request.files["work"]
        return f"{work.filename} {work.mimetype} {work.read().decode()}"

    @app.post("/moved")
    def moved():
        return redirect("/here", 307)

    @app.post("/here")
    def here():
        return f"{request.form['kept']} here"

    @app.route("/silent", methods=["GET", "POST"])
    def silent():
        return '<form method="post"><button>x</button></form>', {"Referrer-Policy": "no-referrer"}

    @app.get("/away")
    def away():
        return redirect("http://example.org/")

    @app.get("/round")
    def around():
        return redirect("/round")

    return app
