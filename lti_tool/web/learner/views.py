"""The learner's pages and where they live: one line for each."""

from __future__ import annotations

from flask import Blueprint

from lti_tool.web.learner import choices, explanations, pages, tasks

blueprint = Blueprint("learner", __name__)

blueprint.add_url_rule("/welcome", view_func=pages.welcome)
blueprint.add_url_rule("/welcome", view_func=pages.begin, methods=["POST"])
blueprint.add_url_rule("/today", view_func=pages.today)
blueprint.add_url_rule("/route", view_func=pages.route)
blueprint.add_url_rule("/badges/<uuid:award_id>/credential.json", view_func=pages.credential)
blueprint.add_url_rule("/tasks/<uuid:task_id>", view_func=tasks.task)
blueprint.add_url_rule("/tasks/<uuid:task_id>/done", view_func=tasks.done, methods=["POST"])
blueprint.add_url_rule("/tasks/<uuid:task_id>/work", view_func=tasks.hand_in, methods=["POST"])
blueprint.add_url_rule("/why", view_func=explanations.why)
blueprint.add_url_rule("/goal", view_func=explanations.goal)
blueprint.add_url_rule("/explanation.json", view_func=explanations.explanation)
blueprint.add_url_rule("/settings", view_func=choices.settings)
blueprint.add_url_rule("/settings", view_func=choices.choose, methods=["POST"])
blueprint.add_url_rule("/remarks/<uuid:remark_id>/seen", view_func=choices.remark_seen, methods=["POST"])
