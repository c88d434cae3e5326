from django.db import migrations, models
from django.db.models import Exists, OuterRef, Q

# Accounts, batches and the demo county are no rows of a ledger.
NO_ROWS = ("", "crm.user", "crm.importbatch", "crm.democounty")


def fill(apps, schema_editor):
    """The first entry about a row is the one that wrote it. Moves had none of their own: they get
    one, in the batch that brought their project."""
    entries = apps.get_model("crm", "AuditEntry").objects
    earlier = entries.filter(
        object_type=OuterRef("object_type"), object_id=OuterRef("object_id"), pk__lt=OuterRef("pk")
    )
    first = entries.exclude(Q(object_type__in=NO_ROWS) | Q(object_id=None)).filter(~Exists(earlier))
    entries.filter(pk__in=list(first.values_list("pk", flat=True))).update(is_new=True)
    moves = apps.get_model("crm", "StageMove").objects.order_by("pk")
    for move in moves.iterator():
        told = entries.filter(object_type="crm.project", object_id=move.project_id, batch__isnull=False)
        verb = {"opening": "register"}.get(move.origin, "advance")
        of_import = told.filter(verb=verb).order_by("pk").first() if move.origin != "user" else None
        made = entries.create(
            verb="open" if move.origin == "opening" else "advance",
            actor_id=move.by_id,
            object_type="crm.stagemove",
            object_id=move.pk,
            is_new=True,
            batch_id=of_import.batch_id if of_import else None,
        )
        entries.filter(pk=made.pk).update(at=move.recorded_at)


class Migration(migrations.Migration):
    dependencies = [("crm", "0025_prospects")]

    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="is_new",
            field=models.BooleanField(default=False, verbose_name="写入新行"),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="sealed",
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
