from django.db import migrations


def fill(apps, schema_editor):
    """The tokens that follow-ups and enquiries kept themselves: what is sent again is known."""
    submissions = apps.get_model("crm", "Submission")
    follow_ups = apps.get_model("crm", "FollowUp").objects.exclude(client_key=None)
    made = [
        submissions(
            user_id=row.by_id,
            token=str(row.client_key),
            object_type="crm.followup",
            object_id=row.pk,
            recorded_at=row.recorded_at,
        )
        for row in follow_ups.exclude(by=None).iterator()
    ]
    made += [
        submissions(
            token=row.token, object_type="crm.enquiry", object_id=row.pk,
            recorded_at=row.received_at,
        )
        for row in apps.get_model("crm", "Enquiry").objects.iterator()
    ]
    submissions.objects.bulk_create(made, batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0034_submissions'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
