"""Since when a project stands at its stage, and its last sign of progress."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0005_overdue_rules")]

    operations = [
        migrations.AddField(
            model_name="project",
            name="progress_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="最近进展"),
        ),
        migrations.AddField(
            model_name="project",
            name="stage_since",
            field=models.DateField(
                blank=True, editable=False, null=True, verbose_name="进入本阶段"
            ),
        ),
    ]
