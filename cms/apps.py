"""The public site: pages an investor reads, and the form that reaches the park's team."""

from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = "公开网站"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cms import demo
        from crm import public

        public.register_demo_part(public.DemoPart("公开网站", demo.load, demo.clear))
