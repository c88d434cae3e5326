"""Planned dates keep their precision: a day that is there stays a day."""

from django.db import migrations, models
from django.db.models import F


def fill(apps, schema_editor):
    projects = apps.get_model("crm", "Project").objects
    projects.update(
        planned_start_until=F("planned_start_on"),
        planned_operation_until=F("planned_operation_on"),
    )


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0009_uploads_and_remembered_mappings'),
    ]

    operations = [
        migrations.AddField(
            model_name='project',
            name='planned_operation_until',
            field=models.DateField(blank=True, null=True, verbose_name='最晚计划投产'),
        ),
        migrations.AddField(
            model_name='project',
            name='planned_start_until',
            field=models.DateField(blank=True, null=True, verbose_name='最晚计划开工'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
