"""The service team of a project: members with what they see to."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0011_project_terms'),
    ]

    operations = [
        migrations.AddField(
            model_name='assignment',
            name='duty',
            field=models.CharField(blank=True, max_length=60, verbose_name='负责事项'),
        ),
        migrations.AlterField(
            model_name='assignment',
            name='kind',
            field=models.CharField(choices=[('liaison', '驻企联络员'), ('lead_official', '包保领导'), ('responsible_unit', '责任单位'), ('service', '专班成员')], default='liaison', max_length=20, verbose_name='类型'),
        ),
    ]
