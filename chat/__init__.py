"""The product: visitors, conversations, messages, presence, the wire and the inbox."""
