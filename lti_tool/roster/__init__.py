"""Who and where: registrations, deployments, courses, links, line items, people, memberships, launches."""
