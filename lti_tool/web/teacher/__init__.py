"""Pages for teachers and assistants."""
