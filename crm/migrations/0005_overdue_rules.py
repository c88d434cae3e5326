"""逾期规则 by stage, with the days the bureau starts from."""

import crm.exact
from django.db import migrations, models

STAGES = [
    ("lead", "线索"), ("negotiation", "洽谈"), ("signed", "签约"), ("construction", "开工建设"),
    ("commissioning", "安装调试"), ("trial", "试生产"), ("operation", "投产"),
]  # fmt: skip
START = {"lead": 7, "negotiation": 30, "signed": 20}


def seed(apps, schema_editor):
    rules = apps.get_model("crm", "StageRule").objects
    rules.bulk_create([rules.model(stage=stage, idle_days=days) for stage, days in START.items()])


class Migration(migrations.Migration):
    dependencies = [("crm", "0004_follow_ups_sent_later")]

    operations = [
        migrations.CreateModel(
            name="StageRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False,
                                           verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=1, editable=False,
                                                        verbose_name="版本")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="更新时间")),
                ("stage", models.CharField(choices=STAGES, max_length=20, verbose_name="阶段")),
                ("idle_days", crm.exact.ExactField(scale=0, verbose_name="多少天没有进展")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
            ],
            options={
                "verbose_name": "逾期规则",
                "verbose_name_plural": "逾期规则",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("stage",),
                        name="rule_once_a_stage",
                        violation_error_message="这个阶段已有规则，请修改原来的一条。",
                    )
                ],
            },
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]  # fmt: skip
