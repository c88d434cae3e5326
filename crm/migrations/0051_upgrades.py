import crm.exact
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0050_industry_states_filled'),
    ]

    operations = [
        migrations.CreateModel(
            name='Upgrade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='版本')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间')),
                ('name', models.CharField(max_length=120, verbose_name='技改项目名称')),
                ('kind', models.CharField(blank=True, choices=[('capacity', '扩能改造'), ('equipment', '设备更新'), ('digital', '智能化数字化改造'), ('green', '绿色化改造'), ('safety', '安全改造'), ('other', '其他')], max_length=20, verbose_name='技改类别')),
                ('investment', crm.exact.ExactField(blank=True, null=True, scale=2, verbose_name='技改总投资')),
                ('started_on', models.DateField(blank=True, null=True, verbose_name='开工时间')),
                ('started_until', models.DateField(blank=True, null=True, verbose_name='最晚开工')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='完工时间')),
                ('ended_until', models.DateField(blank=True, null=True, verbose_name='最晚完工')),
                ('filing', models.CharField(blank=True, max_length=100, verbose_name='备案号')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='备注')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='upgrades', to='crm.company', verbose_name='企业')),
            ],
            options={
                'verbose_name': '技改项目',
                'verbose_name_plural': '技改项目',
                'ordering': ['-started_on', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='project',
            name='upgrade',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='crm.upgrade', verbose_name='技改项目'),
        ),
        migrations.CreateModel(
            name='UpgradeState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_index=True, verbose_name='登记时间')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='已作废')),
                ('is_first', models.BooleanField(default=False)),
                ('started_on', models.DateField(null=True)),
                ('started_until', models.DateField(null=True)),
                ('ended_on', models.DateField(null=True)),
                ('ended_until', models.DateField(null=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.company')),
                ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='states', to='crm.upgrade')),
            ],
            options={
                'verbose_name': '技改项目旧值',
                'verbose_name_plural': '技改项目旧值',
                'ordering': ['-pk'],
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='upgrade',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('company', 'name'), name='upgrade_once_a_company', violation_error_code='unique', violation_error_message='这户企业已登记过同名的技改项目，请修改原来的一条。'),
        ),
    ]
