"""A course as its people see it. Joins the rooms by ids; what it changes goes through `lti_tool.progress`."""
