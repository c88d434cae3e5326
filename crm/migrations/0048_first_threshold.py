from datetime import datetime
from decimal import Decimal

from django.db import migrations
from django.utils import timezone


def fill(apps, schema_editor):
    """The national threshold since 2011, known since it is in force. Its row was entered by nobody
    and gets its entry in the register all the same."""
    threshold = apps.get_model("crm", "ScaleThreshold").objects.create(
        since_year=2011,
        amount=Decimal(20_000_000),
        document="国家统计局：2011 年起规模以上工业企业起点为年主营业务收入 2000 万元",
    )
    apps.get_model("crm", "ThresholdState").objects.create(
        row=threshold,
        recorded_at=timezone.make_aware(datetime(2011, 1, 1)),
        since_year=threshold.since_year,
        amount=threshold.amount,
    )
    apps.get_model("crm", "AuditEntry").objects.create(
        verb="register",
        object_type="crm.scalethreshold",
        object_id=threshold.pk,
        is_new=True,
        reason="随程序装入",
    )


class Migration(migrations.Migration):
    dependencies = [("crm", "0047_above_scale")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
