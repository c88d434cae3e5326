from django.apps import AppConfig


class CrmConfig(AppConfig):
    """The ledger 台账."""

    name = "crm"
    verbose_name = "台账"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crm import checks, search_index  # noqa: F401

        search_index.register()
