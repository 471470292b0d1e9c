"""A small learning platform to launch the tool from: for the demo, for tests, for developers without an LMS.

It plays the other side of LTI 1.3 and is therefore independent on purpose: it imports nothing of the tool, of the
engines or of the badges, keeps its own SQLite file and its own keys, and meets the tool over HTTP only. It answers
the way a real Moodle 4.5 was seen to answer, its stricter habits included, so that what works here works there.

Begin with `lti_tool.demo_platform.app.create_platform`.
"""
