"""The learner's pages and where they live: one line for each."""

from __future__ import annotations

from flask import Blueprint

from lti_tool.web.learner import badge_files, badges, choices, explanations, pages, tasks

blueprint = Blueprint("learner", __name__)

blueprint.add_url_rule("/welcome", view_func=pages.welcome)
blueprint.add_url_rule("/welcome", view_func=pages.begin, methods=["POST"])
blueprint.add_url_rule("/today", view_func=pages.today)
blueprint.add_url_rule("/route", view_func=pages.route)
blueprint.add_url_rule("/badges", view_func=badges.badges)
blueprint.add_url_rule("/badges/<uuid:award_id>", view_func=badges.badge)
blueprint.add_url_rule("/badges/<uuid:award_id>/celebrate", view_func=badges.celebrate)
blueprint.add_url_rule("/badges/<uuid:award_id>/celebrate", view_func=badges.celebrated, methods=["POST"])
blueprint.add_url_rule("/badges/<uuid:award_id>/share", view_func=badges.share, methods=["POST"])
blueprint.add_url_rule("/badges/<uuid:award_id>/stop-sharing", view_func=badges.stop_sharing, methods=["POST"])
blueprint.add_url_rule("/badges/<uuid:award_id>/picture.svg", view_func=badge_files.picture)
blueprint.add_url_rule("/badges/<uuid:award_id>/credential.json", view_func=badge_files.credential)
blueprint.add_url_rule("/badges/<uuid:award_id>/badge.png", view_func=badge_files.badge_png)
blueprint.add_url_rule("/badges/<uuid:award_id>/badge.pdf", view_func=badge_files.badge_pdf)
blueprint.add_url_rule("/decisions/<uuid:decision_id>/seen", view_func=badges.decision_seen, methods=["POST"])
blueprint.add_url_rule("/tasks/<uuid:task_id>", view_func=tasks.task)
blueprint.add_url_rule("/tasks/<uuid:task_id>/done", view_func=tasks.done, methods=["POST"])
blueprint.add_url_rule("/tasks/<uuid:task_id>/work", view_func=tasks.hand_in, methods=["POST"])
blueprint.add_url_rule("/why", view_func=explanations.why)
blueprint.add_url_rule("/goal", view_func=explanations.goal)
blueprint.add_url_rule("/explanation.json", view_func=explanations.explanation)
blueprint.add_url_rule("/settings", view_func=choices.settings)
blueprint.add_url_rule("/settings", view_func=choices.choose, methods=["POST"])
blueprint.add_url_rule("/remarks/<uuid:remark_id>/seen", view_func=choices.remark_seen, methods=["POST"])
