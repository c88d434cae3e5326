"""Who publishes the site and how to reach them: a government site must name both on every page."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting


@register_setting(icon="cog")
class SiteSettings(BaseSiteSetting):
    site_name = models.CharField("网站名称", max_length=40, default="工业园区投资服务")
    site_name_en = models.CharField(
        "网站名称（英文）", max_length=60, default="Industrial Park Investment"
    )
    seal = models.CharField("印章两字", max_length=2, default="园账", help_text="页眉方章里的字。")
    organiser = models.CharField("主办单位", max_length=60, blank=True)
    organiser_en = models.CharField("主办单位（英文）", max_length=100, blank=True)
    phone = models.CharField(
        "投资服务电话",
        max_length=30,
        blank=True,
        help_text="座机写区号，如 0828-0000000。没有园区电话的页面显示这个号码。",
        validators=[RegexValidator(r"^[0-9+][0-9 \-]{4,}$", "请只填数字、空格和短横线。")],
    )
    icp = models.CharField("ICP备案号", max_length=40, blank=True)
    site_code = models.CharField("网站标识码", max_length=20, blank=True)
    police_record = models.CharField("公安备案号", max_length=60, blank=True)

    panels = [
        MultiFieldPanel(
            [FieldPanel("site_name"), FieldPanel("site_name_en"), FieldPanel("seal")], "网站"
        ),
        MultiFieldPanel(
            [FieldPanel("organiser"), FieldPanel("organiser_en"), FieldPanel("phone")], "主办单位"
        ),
        MultiFieldPanel(
            [FieldPanel("icp"), FieldPanel("site_code"), FieldPanel("police_record")], "备案"
        ),
    ]

    class Meta:
        verbose_name = "网站信息"
