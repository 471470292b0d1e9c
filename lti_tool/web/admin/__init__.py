"""The admin console's pages, and the doors that lead in."""
