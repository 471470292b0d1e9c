"""Where activities come from: each source turns what it was told into an activity, with its own key for the fact."""
