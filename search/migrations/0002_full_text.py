from django.db import migrations

from search.backends import fulltext


class Migration(migrations.Migration):
    """The database's own full-text index over search_document."""

    dependencies = [("search", "0001_documents_and_outbox")]

    operations = [migrations.RunPython(fulltext.create, fulltext.drop, elidable=False)]
