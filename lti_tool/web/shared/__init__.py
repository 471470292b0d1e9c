"""Pages for everybody who came by a launch."""
