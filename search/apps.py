from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Headless search. Other apps register their indexes in their own ready()."""

    name = "search"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "检索"

    def ready(self) -> None:
        from search import checks  # noqa: F401 - registers the system checks
