"""The code of the national classification of industries."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0023_desk_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='company',
            name='gbt_code',
            field=models.CharField(blank=True, db_index=True, max_length=4, verbose_name='国标行业'),
        ),
        migrations.AddField(
            model_name='project',
            name='gbt_code',
            field=models.CharField(blank=True, db_index=True, max_length=4, verbose_name='国标行业'),
        ),
        migrations.AlterField(
            model_name='industry',
            name='code',
            field=models.CharField(blank=True, max_length=60, verbose_name='国标行业代码'),
        ),
    ]
