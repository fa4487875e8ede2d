"""The company behind an account: the controller in every document (S66)."""

from typing import TypedDict
from uuid import UUID

from accounts import audit
from accounts.models import Account, CompanyIdentity, Membership


class CompanyFields(TypedDict):
    """What an account says of its company. `vat_id` is empty exactly when `has_no_vat_id`."""

    company_name: str
    vat_id: str
    has_no_vat_id: bool
    address_line1: str
    address_line2: str
    postcode: str
    city: str
    country: str
    registration_no: str
    contact_name: str
    contact_email: str
    dpo_name: str
    dpo_email: str
    representative: str


FIELDS = tuple(CompanyFields.__annotations__)


def of(account_id: UUID) -> CompanyIdentity | None:
    """The company of this account, or None while nobody has named it. Inside the account."""
    return CompanyIdentity.objects.filter(account_id=account_id).first()


def name(account: Account, fields: CompanyFields, *, by: Membership | None) -> CompanyIdentity:
    """Say, or say again, which company stands behind the account.

    The trail keeps which fields changed and not what they hold: a contact is a person.
    """
    company = of(account.pk) or CompanyIdentity(account=account)
    changed = [field for field, value in fields.items() if getattr(company, field) != value]
    if company._state.adding or changed:
        for field, value in fields.items():
            setattr(company, field, value)
        company.save()
        audit.record(account.pk, audit.Event.COMPANY_NAMED, by=by, fields=changed)
    return company
