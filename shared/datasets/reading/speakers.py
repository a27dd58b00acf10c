"""Who speaks in a transcript, by the word before the colon with which a turn begins.

One list, for cutting files into transcripts and for making chats of them.
"""

ROLE_OF = {"Human": "user", "User": "user", "Assistant": "assistant", "System": "system"}

ANY = "|".join(ROLE_OF)
"""For regular expressions."""
USER = "|".join(speaker for speaker, role in ROLE_OF.items() if role == "user")
