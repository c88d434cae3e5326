from datetime import datetime

from django.db import migrations
from django.db.models import OuterRef, Subquery
from django.utils import timezone

KEPT = {
    "Company": ("industry_id", "park_id"),
    "Industry": ("is_leading", "cluster_target"),
    "Zone": ("park_id", "area_sq_km"),
    "Recognition": (
        "park_id", "company_id", "level", "title_kind", "grant", "state",
        "granted_on", "granted_until", "revoked_on",
    ),
}  # fmt: skip


def fill(apps, schema_editor):
    """What each row says today; what it said before nobody knows (is_first). A park's kind is kept
    beside where it lies: none has changed since that is kept."""
    now = timezone.localtime()
    pinned = apps.get_model("crm", "DemoCounty").objects.values_list("pinned_on", flat=True).first()
    if pinned:
        now = timezone.make_aware(datetime.combine(pinned, now.time()))
    for noun, names in KEPT.items():
        states = apps.get_model("crm", {"Recognition": "Title"}.get(noun, noun) + "State")
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
    parks = apps.get_model("crm", "Park").objects.filter(pk=OuterRef("row"))
    apps.get_model("crm", "ParkState").objects.update(kind=Subquery(parks.values("kind")[:1]))


class Migration(migrations.Migration):
    dependencies = [("crm", "0045_states_of_registers")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
