import crm.exact
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0044_titles")]

    operations = [
        migrations.CreateModel(
            name='CompanyState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_index=True, verbose_name='登记时间')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='已作废')),
                ('is_first', models.BooleanField(default=False)),
            ],
            options={
                'verbose_name': '企业旧值',
                'verbose_name_plural': '企业旧值',
                'ordering': ['-pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='IndustryState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_index=True, verbose_name='登记时间')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='已作废')),
                ('is_first', models.BooleanField(default=False)),
                ('is_leading', models.BooleanField()),
                ('cluster_target', crm.exact.ExactField(null=True, scale=2)),
            ],
            options={
                'verbose_name': '产业旧值',
                'verbose_name_plural': '产业旧值',
                'ordering': ['-pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TitleState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_index=True, verbose_name='登记时间')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='已作废')),
                ('is_first', models.BooleanField(default=False)),
                ('level', models.CharField(max_length=10)),
                ('title_kind', models.CharField(blank=True, max_length=20)),
                ('grant', models.CharField(max_length=10)),
                ('state', models.CharField(max_length=10)),
                ('granted_on', models.DateField(null=True)),
                ('granted_until', models.DateField(null=True)),
                ('revoked_on', models.DateField(null=True)),
            ],
            options={
                'verbose_name': '荣誉认定旧值',
                'verbose_name_plural': '荣誉认定旧值',
                'ordering': ['-pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ZoneState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_index=True, verbose_name='登记时间')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='已作废')),
                ('is_first', models.BooleanField(default=False)),
                ('area_sq_km', crm.exact.ExactField(null=True, scale=4, verbose_name='规划面积')),
            ],
            options={
                'verbose_name': '片区旧值',
                'verbose_name_plural': '片区旧值',
                'ordering': ['-pk'],
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='parkstate',
            name='kind',
            field=models.CharField(default='', max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='companystate',
            name='industry',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.industry'),
        ),
        migrations.AddField(
            model_name='companystate',
            name='park',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.park'),
        ),
        migrations.AddField(
            model_name='companystate',
            name='row',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='states', to='crm.company'),
        ),
        migrations.AddField(
            model_name='industrystate',
            name='row',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='states', to='crm.industry'),
        ),
        migrations.AddField(
            model_name='titlestate',
            name='company',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.company'),
        ),
        migrations.AddField(
            model_name='titlestate',
            name='park',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.park'),
        ),
        migrations.AddField(
            model_name='titlestate',
            name='row',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='states', to='crm.recognition'),
        ),
        migrations.AddField(
            model_name='zonestate',
            name='park',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.park'),
        ),
        migrations.AddField(
            model_name='zonestate',
            name='row',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='states', to='crm.zone'),
        ),
    ]
