"""The privacy policy that an account owes its visitors (Art. 13 GDPR), in nine languages (S62).

Sentences are data, one file for each language in `words/`; what they are filled with comes from the
account's settings and the platform's registers. Inserted values are never inflected.
"""
