"""Who exists: accounts, users, memberships, invitations, plans, and the wall between accounts."""
