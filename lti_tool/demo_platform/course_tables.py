"""The tables of courses, activities, assignments, tools and what is under way between them and the platform."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS course (
  id INTEGER PRIMARY KEY AUTOINCREMENT, label TEXT NOT NULL, title TEXT NOT NULL, history TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS crowd (course_id TEXT PRIMARY KEY, size INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS departure (
  course_id TEXT NOT NULL, user_id TEXT NOT NULL, suspended INTEGER NOT NULL, PRIMARY KEY (course_id, user_id));
CREATE TABLE IF NOT EXISTS placement (
  id INTEGER PRIMARY KEY AUTOINCREMENT, course_id TEXT NOT NULL, tool_id INTEGER NOT NULL, title TEXT NOT NULL,
  text TEXT NOT NULL, url TEXT NOT NULL, graded INTEGER NOT NULL, custom TEXT NOT NULL, visibility TEXT NOT NULL,
  assignment_id INTEGER, least_percent REAL);
CREATE TABLE IF NOT EXISTS line_item (
  id INTEGER PRIMARY KEY AUTOINCREMENT, course_id TEXT NOT NULL, tool_id INTEGER NOT NULL, label TEXT NOT NULL,
  score_maximum REAL NOT NULL, resource_id TEXT NOT NULL, tag TEXT NOT NULL, resource_link_id TEXT, review TEXT,
  made_by_tool INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS assignment (
  id INTEGER PRIMARY KEY AUTOINCREMENT, course_id TEXT NOT NULL, title TEXT NOT NULL, maximum REAL);
CREATE TABLE IF NOT EXISTS assignment_state (
  assignment_id INTEGER NOT NULL REFERENCES assignment (id) ON DELETE CASCADE, user_id TEXT NOT NULL,
  completed INTEGER NOT NULL, points REAL, PRIMARY KEY (assignment_id, user_id));
CREATE TABLE IF NOT EXISTS tool (
  id INTEGER PRIMARY KEY AUTOINCREMENT, client_id TEXT NOT NULL UNIQUE, deployment_id TEXT NOT NULL,
  name TEXT NOT NULL, domain TEXT NOT NULL, login_url TEXT NOT NULL, redirect_urls TEXT NOT NULL,
  jwks_url TEXT NOT NULL, target_link_url TEXT NOT NULL, deep_linking_url TEXT, custom TEXT NOT NULL,
  scopes TEXT NOT NULL, sends_name INTEGER NOT NULL, sends_email INTEGER NOT NULL, active INTEGER NOT NULL,
  in_chooser INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS deep_link (
  session TEXT PRIMARY KEY, tool_id INTEGER NOT NULL, course_id TEXT NOT NULL, user_id TEXT NOT NULL,
  placement_id TEXT, data TEXT, expires_at INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0,
  place TEXT NOT NULL, assignment_id INTEGER);
CREATE TABLE IF NOT EXISTS used_nonce (
  tool_id INTEGER NOT NULL, nonce TEXT NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (tool_id, nonce))
"""
