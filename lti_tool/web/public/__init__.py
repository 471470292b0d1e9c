"""Pages without a launch."""
