"""What every page needs to know of this installation."""

from django.conf import settings
from django.http import HttpRequest


def platform(request: HttpRequest) -> dict[str, str]:
    """The platform's name and address, as the operator set them."""
    return {"platform_name": settings.PLATFORM_NAME, "public_url": settings.PUBLIC_URL}
