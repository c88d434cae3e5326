from django.db import migrations
from django.db.models import Exists, OuterRef

RULE = "crm.stagerule"


def fill(apps, schema_editor):
    """The rules that came with the product (0005) were entered by nobody: they get their entry."""
    entries = apps.get_model("crm", "AuditEntry").objects
    written = entries.filter(object_type=RULE, object_id=OuterRef("pk"), is_new=True)
    rules = apps.get_model("crm", "StageRule").objects.filter(~Exists(written))
    for pk in rules.order_by("pk").values_list("pk", flat=True):
        entries.create(
            verb="register", object_type=RULE, object_id=pk, is_new=True, reason="随程序装入"
        )


class Migration(migrations.Migration):
    dependencies = [("crm", "0036_tokens_of_their_own_dropped")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
