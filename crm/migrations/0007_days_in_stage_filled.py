"""Both dates of the projects there are, from their standing moves and follow-ups."""

from django.db import migrations
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest


def fill(apps, schema_editor):
    moves = (
        apps.get_model("crm", "StageMove")
        .objects.filter(project=OuterRef("pk"), replaced_by__isnull=True)
        .order_by("-place")
    )
    entered = moves.exclude(from_stage=F("to_stage")).values("occurred_until")[:1]
    nothing = Q(from_stage=F("to_stage"), from_status=F("to_status"))
    moved = moves.exclude(nothing).order_by("-effective_on").values("effective_on")[:1]
    talked = (
        apps.get_model("crm", "FollowUp")
        .objects.filter(project=OuterRef("pk"))
        .order_by("-held_on")
        .values("held_on")[:1]
    )
    apps.get_model("crm", "Project").objects.update(
        stage_since=Subquery(entered),
        progress_on=Greatest(
            Coalesce(Subquery(moved), Subquery(talked)),
            Coalesce(Subquery(talked), Subquery(moved)),
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("crm", "0006_days_in_stage")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
