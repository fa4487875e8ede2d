"""What a mail server's refusal means, for all who hand letters over."""

from smtplib import SMTPRecipientsRefused

from anymail.exceptions import AnymailRecipientsRefused


def is_refused_for_good(error: Exception) -> bool:
    """Whether the mailbox does not exist, so that trying again would only be a nuisance."""
    if isinstance(error, SMTPRecipientsRefused):
        # 5yz is final, 4yz asks to come back later (RFC 5321, 4.2.1).
        codes = [code for code, _ in error.recipients.values()]
        return all(code >= 500 for code in codes)
    return isinstance(error, AnymailRecipientsRefused)
