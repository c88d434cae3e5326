"""What an import made of a table quotes its cells: it is kept sealed, as the table itself is."""

from django.db import migrations

import crm.models.sealed


def forget(apps, schema_editor):
    """Tables wait for days at most, and their files were not sealed: they are uploaded anew."""
    apps.get_model("crm", "ImportUpload").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("crm", "0042_more_currencies")]
    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.RemoveField("importupload", "outcome"),
        migrations.AddField(
            "importupload",
            "outcome",
            crm.models.sealed.SealedJSONField(default=dict, null=True),
        ),
    ]
