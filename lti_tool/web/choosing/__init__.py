"""The pages of deep linking: a teacher picks what to place, a learner which badge to hand in."""
