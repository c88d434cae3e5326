from django.db import migrations
from django.utils import timezone

DAYS = {
    "Agreement": ("signed_on", "signed_until"),
    "FundingReceipt": ("received_on", "received_until"),
    "StageMove": ("occurred_on", "occurred_until"),
}


def fill(apps, schema_editor):
    """When the ledger first heard of each fact, and from when it holds, as models/rows.py says it."""
    for noun in ("Agreement", "ClaimRuling", "Confirmation", "CreditShare", "FundingReceipt", "StageMove"):
        rows = apps.get_model("crm", noun).objects
        known = {}
        for row in rows.order_by("pk").iterator():
            since = known.get(row.replaces_id) or timezone.localtime(row.recorded_at).date()
            known[row.pk] = since
            values = {"known_since": since}
            if noun in DAYS:
                first, last = (getattr(row, name) for name in DAYS[noun])
                values["effective_on"] = max(first, min(last, since)) if first else since
            rows.filter(pk=row.pk).update(**values)


class Migration(migrations.Migration):
    dependencies = [("crm", "0027_withdrawal")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
