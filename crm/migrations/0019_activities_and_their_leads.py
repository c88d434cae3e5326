"""Who met whom at an activity, and the projects that came of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0018_zone_centres'),
    ]

    operations = [
        migrations.AddField(
            model_name='activity',
            name='hosts',
            field=models.ManyToManyField(blank=True, related_name='activities', to=settings.AUTH_USER_MODEL, verbose_name='我方人员'),
        ),
        migrations.AddField(
            model_name='activity',
            name='met',
            field=models.CharField(blank=True, max_length=300, verbose_name='会见企业和人员'),
        ),
        migrations.AddField(
            model_name='project',
            name='activity',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='leads', to='crm.activity', verbose_name='来自活动'),
        ),
    ]
