from datetime import datetime
from decimal import Decimal

from django.db import migrations
from django.utils import timezone

FIRST = (("20亿级", "tier_2bn", 20), ("10亿级", "tier_1bn", 10))


def fill(apps, schema_editor):
    """The two tiers the report always had. Until now they stood in the program, so that they held
    on every earlier day; nobody entered them, and they get their entries all the same."""
    since = timezone.make_aware(datetime(2000, 1, 1))
    for name, code, threshold in FIRST:
        tier = apps.get_model("crm", "Tier").objects.create(
            name=name, code=code, threshold=Decimal(threshold), measure="output"
        )
        apps.get_model("crm", "TierState").objects.create(
            row=tier, recorded_at=since, code=code, threshold=tier.threshold, measure="output"
        )
        apps.get_model("crm", "AuditEntry").objects.create(
            verb="register",
            object_type="crm.tier",
            object_id=tier.pk,
            is_new=True,
            reason="随程序装入",
        )


class Migration(migrations.Migration):
    dependencies = [("crm", "0060_tiers")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
