from datetime import datetime

from django.db import migrations
from django.utils import timezone

KEPT = {
    "Project": ("planned_investment", "currency", "foreign_amount", "park_id"),
    "Park": ("parent_id",),
    "Activity": ("held_on", "park_id"),
    "Assignment": ("project_id", "kind", "user_id", "unit", "starts_on", "ends_on"),
    "ExchangeRate": ("currency", "month_on", "yuan_per_100"),
}


def fill(apps, schema_editor):
    """What each row says today; what it said before nobody knows (is_first)."""
    now = timezone.localtime()
    pinned = apps.get_model("crm", "DemoCounty").objects.values_list("pinned_on", flat=True).first()
    if pinned:
        now = timezone.make_aware(datetime.combine(pinned, now.time()))
    for noun, names in KEPT.items():
        states = apps.get_model("crm", {"ExchangeRate": "Rate"}.get(noun, noun) + "State")
        made = [
            states(
                row_id=row.pk,
                recorded_at=now,
                is_withdrawn=row.withdrawn_at is not None,
                is_first=True,
                **{name: getattr(row, name) for name in names},
            )
            for row in apps.get_model("crm", noun).objects.order_by("pk").iterator()
        ]
        states.objects.bulk_create(made, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("crm", "0029_states")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
