"""Commands: what a message does to the conversation."""
