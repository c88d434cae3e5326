import crm.exact
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0028_withdrawal_filled'),
    ]

    operations = [
        migrations.CreateModel(
            name='ActivityState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_index=True, verbose_name='登记时间')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='已作废')),
                ('is_first', models.BooleanField(default=False)),
                ('held_on', models.DateField()),
                ('park', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.park')),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='states', to='crm.activity')),
            ],
            options={
                'ordering': ['-pk'],
                'abstract': False,
                'verbose_name': '活动旧值',
                'verbose_name_plural': '活动旧值',
            },
        ),
        migrations.CreateModel(
            name='AssignmentState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_index=True, verbose_name='登记时间')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='已作废')),
                ('is_first', models.BooleanField(default=False)),
                ('kind', models.CharField(max_length=20)),
                ('unit', models.CharField(blank=True, max_length=100)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.project')),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='states', to='crm.assignment')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'abstract': False,
                'verbose_name': '服务分工旧值',
                'verbose_name_plural': '服务分工旧值',
            },
        ),
        migrations.CreateModel(
            name='ParkState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_index=True, verbose_name='登记时间')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='已作废')),
                ('is_first', models.BooleanField(default=False)),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.park')),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='states', to='crm.park')),
            ],
            options={
                'ordering': ['-pk'],
                'abstract': False,
                'verbose_name': '园区旧值',
                'verbose_name_plural': '园区旧值',
            },
        ),
        migrations.CreateModel(
            name='ProjectState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_index=True, verbose_name='登记时间')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='已作废')),
                ('is_first', models.BooleanField(default=False)),
                ('planned_investment', crm.exact.ExactField(null=True, scale=2)),
                ('currency', models.CharField(choices=[('CNY', '人民币'), ('USD', '美元'), ('EUR', '欧元'), ('HKD', '港元'), ('JPY', '日元'), ('GBP', '英镑'), ('KRW', '韩元'), ('SGD', '新加坡元'), ('TWD', '新台币')], max_length=3)),
                ('foreign_amount', crm.exact.ExactField(null=True, scale=2)),
                ('park', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.park')),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='states', to='crm.project')),
            ],
            options={
                'ordering': ['-pk'],
                'abstract': False,
                'verbose_name': '项目旧值',
                'verbose_name_plural': '项目旧值',
            },
        ),
        migrations.CreateModel(
            name='RateState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_index=True, verbose_name='登记时间')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='已作废')),
                ('is_first', models.BooleanField(default=False)),
                ('currency', models.CharField(choices=[('CNY', '人民币'), ('USD', '美元'), ('EUR', '欧元'), ('HKD', '港元'), ('JPY', '日元'), ('GBP', '英镑'), ('KRW', '韩元'), ('SGD', '新加坡元'), ('TWD', '新台币')], max_length=3)),
                ('month_on', models.DateField()),
                ('yuan_per_100', crm.exact.ExactField(scale=4)),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='states', to='crm.exchangerate')),
            ],
            options={
                'ordering': ['-pk'],
                'abstract': False,
                'verbose_name': '汇率旧值',
                'verbose_name_plural': '汇率旧值',
            },
        ),
    ]
