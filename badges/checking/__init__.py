"""Checking files from anywhere in a process of their own, which can be killed and holds nothing worth taking."""
