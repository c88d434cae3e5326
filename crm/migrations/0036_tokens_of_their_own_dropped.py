from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0035_submissions_filled'),
    ]

    operations = [
        migrations.RemoveField(model_name='followup', name='client_key'),
        migrations.RemoveField(model_name='enquiry', name='token'),
    ]
