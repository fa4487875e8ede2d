"""What the accounts app tells whoever listens above it."""

from django.dispatch import Signal

# Sent with `account_id` and `member_id` inside the transaction that took a member's access away
# or changed their role. Listeners that tell the outside world wait for the commit.
access_changed = Signal()

# Sent with `account_id`, `addresses` (a set, in lower case) and `by` inside the transaction that took
# a member's place away, while it is still known where they got mail.
member_gone = Signal()

# Sent with `account_id` inside the transaction that closed an account or opened it again.
account_closed = Signal()
