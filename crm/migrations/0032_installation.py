"""The mark of this installation, by which the numbers of its exported rows are told from others'."""

from django.db import migrations, models

import crm.models.system.installation


def draw(apps, schema_editor):
    apps.get_model("crm", "Installation").objects.create(pk=1)


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0031_foreign_money_in_sums'),
    ]

    operations = [
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.CharField(default=crm.models.system.installation.new_mark, max_length=8, verbose_name='标识')),
            ],
            options={
                'verbose_name': '本套系统',
                'verbose_name_plural': '本套系统',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_installation')],
            },
        ),
        migrations.RunPython(draw, migrations.RunPython.noop),
    ]
