"""The tables of what only some platforms do: attempts, assignments of tools, limits on calls, notices."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS attempt (
  line_item_id INTEGER NOT NULL REFERENCES line_item (id) ON DELETE CASCADE, user_id TEXT NOT NULL,
  number INTEGER NOT NULL, submitted_at TEXT, kind TEXT NOT NULL, data TEXT,
  PRIMARY KEY (line_item_id, user_id, number));
CREATE TABLE IF NOT EXISTS tool_assignment (
  line_item_id INTEGER PRIMARY KEY REFERENCES line_item (id) ON DELETE CASCADE, title TEXT NOT NULL,
  launch_url TEXT);
CREATE TABLE IF NOT EXISTS bucket (name TEXT PRIMARY KEY, level REAL NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS bucket_size (
  id INTEGER PRIMARY KEY, capacity REAL NOT NULL, leak REAL NOT NULL, cost REAL NOT NULL, advance REAL NOT NULL);
CREATE TABLE IF NOT EXISTS variable (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS notice_handler (
  tool_id INTEGER NOT NULL, notice_type TEXT NOT NULL, handler TEXT NOT NULL, PRIMARY KEY (tool_id, notice_type));
CREATE TABLE IF NOT EXISTS notice (
  id INTEGER PRIMARY KEY AUTOINCREMENT, tool_id INTEGER NOT NULL, notice_type TEXT NOT NULL, handler TEXT NOT NULL,
  body TEXT NOT NULL, status INTEGER);
CREATE TABLE IF NOT EXISTS tool_settings (
  tool_id INTEGER PRIMARY KEY, placements TEXT NOT NULL, privacy_level TEXT NOT NULL, overlay TEXT);
CREATE TABLE IF NOT EXISTS page_item (
  id INTEGER PRIMARY KEY AUTOINCREMENT, course_id TEXT NOT NULL, item TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS handed_in (
  assignment_id INTEGER NOT NULL, user_id TEXT NOT NULL, number INTEGER NOT NULL, item TEXT NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY (assignment_id, user_id, number))
"""
