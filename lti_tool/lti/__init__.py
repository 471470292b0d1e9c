"""The protocols of 1EdTech: launches, key sets, access tokens, gradebook and roster. No database and no pages here."""
