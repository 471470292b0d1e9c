"""What an administrator of a platform sees who registers it here."""
