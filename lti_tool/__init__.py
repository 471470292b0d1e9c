"""The service people meet: LTI 1.3, the roster, pages, jobs, commands. Composes gamification and badges."""
