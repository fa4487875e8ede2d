from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models are not loaded before this point.
        from accounts.signals import access_changed, account_closed, member_gone  # noqa: PLC0415
        from chat.access import tell_all_sockets, tell_sockets  # noqa: PLC0415
        from chat.asking import forget_recipients  # noqa: PLC0415

        access_changed.connect(tell_sockets, dispatch_uid="chat.access")
        account_closed.connect(tell_all_sockets, dispatch_uid="chat.access")
        member_gone.connect(forget_recipients, dispatch_uid="chat.asking")
