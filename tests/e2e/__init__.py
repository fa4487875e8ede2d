"""Stories of visitors and agents, told by real browsers on two hosts."""
