"""The pages, grouped by who is looking. Flask lives here and nowhere else below the commands."""
