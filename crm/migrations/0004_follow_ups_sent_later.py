"""A follow-up may be written down without a signal and sent later, with its photos."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0003_confirmations")]

    operations = [
        migrations.AddField(
            model_name="followup",
            name="client_key",
            field=models.UUIDField(blank=True, editable=False, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="storedfile",
            name="follow_up",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="files",
                to="crm.followup",
                verbose_name="跟进",
            ),
        ),
    ]
