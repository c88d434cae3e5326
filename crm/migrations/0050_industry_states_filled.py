from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """What lies in what is kept from now on: none has changed since industries are kept."""
    industries = apps.get_model("crm", "Industry").objects.filter(pk=OuterRef("row"))
    states = apps.get_model("crm", "IndustryState").objects
    states.update(parent=Subquery(industries.values("parent")[:1]))


class Migration(migrations.Migration):
    dependencies = [("crm", "0049_industry_changes")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
