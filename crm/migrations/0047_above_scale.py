import crm.exact
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("crm", "0046_states_of_registers_filled"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AboveScaleSpell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_index=True, verbose_name='登记时间')),
                ('withdraws', models.BooleanField(default=False, editable=False, verbose_name='作废')),
                ('known_since', models.DateField(editable=False, verbose_name='最初登记')),
                ('effective_on', models.DateField(db_index=True, editable=False, verbose_name='生效')),
                ('entered_on', models.DateField(verbose_name='入库时间')),
                ('entered_until', models.DateField(editable=False, verbose_name='最晚入库')),
                ('mode', models.CharField(blank=True, choices=[('monthly', '月度入库'), ('yearly', '年度入库')], max_length=10, verbose_name='入库方式')),
                ('revenue', crm.exact.ExactField(blank=True, null=True, scale=2, verbose_name='主营业务收入')),
                ('document', models.CharField(blank=True, max_length=200, verbose_name='入库文件')),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='退库时间')),
                ('left_until', models.DateField(blank=True, editable=False, null=True, verbose_name='最晚退库')),
                ('exit_reason', models.CharField(blank=True, choices=[('below', '收入低于标准'), ('stopped', '停产'), ('closed', '注销、吊销或破产'), ('low_output', '产出低效'), ('moved', '迁出'), ('taken_over', '兼并重组'), ('other_trade', '转行'), ('unlawful', '违法违规'), ('other', '其他')], max_length=20, verbose_name='退库原因')),
                ('exit_document', models.CharField(blank=True, max_length=200, verbose_name='退库文件')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='备注')),
            ],
            options={
                'verbose_name': '规上入退库',
                'verbose_name_plural': '规上入退库',
                'ordering': ['-entered_until', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ScaleThreshold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='版本')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间')),
                ('since_year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1998), django.core.validators.MaxValueValidator(2100)], verbose_name='起始年度')),
                ('amount', crm.exact.ExactField(scale=2, verbose_name='主营业务收入标准')),
                ('document', models.CharField(blank=True, max_length=200, verbose_name='依据文件')),
            ],
            options={
                'verbose_name': '规上标准',
                'verbose_name_plural': '规上标准',
                'ordering': ['-since_year'],
            },
        ),
        migrations.CreateModel(
            name='ThresholdState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_index=True, verbose_name='登记时间')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='已作废')),
                ('is_first', models.BooleanField(default=False)),
                ('since_year', models.PositiveSmallIntegerField()),
                ('amount', crm.exact.ExactField(scale=2)),
            ],
            options={
                'verbose_name': '规上标准旧值',
                'verbose_name_plural': '规上标准旧值',
                'ordering': ['-pk'],
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='abovescalespell',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人'),
        ),
        migrations.AddField(
            model_name='abovescalespell',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spells', to='crm.company', verbose_name='企业'),
        ),
        migrations.AddField(
            model_name='abovescalespell',
            name='copy_of',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='crm.abovescalespell', verbose_name='合并自'),
        ),
        migrations.AddField(
            model_name='abovescalespell',
            name='replaces',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='crm.abovescalespell', verbose_name='更正'),
        ),
        migrations.AddConstraint(
            model_name='scalethreshold',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('since_year',), name='threshold_once_a_year', violation_error_code='unique', violation_error_message='这一年度起的标准已登记，请修改原来的一条。'),
        ),
        migrations.AddField(
            model_name='thresholdstate',
            name='row',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='states', to='crm.scalethreshold'),
        ),
        migrations.AddIndex(
            model_name='abovescalespell',
            index=models.Index(fields=['company', 'effective_on'], name='spell_of_company'),
        ),
        migrations.AddIndex(
            model_name='abovescalespell',
            index=models.Index(fields=['effective_on', 'left_until'], name='spell_in_force'),
        ),
    ]
