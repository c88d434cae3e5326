import crm.exact
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0051_upgrades'),
    ]

    operations = [
        migrations.CreateModel(
            name='ScaleCandidate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='版本')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1998), django.core.validators.MaxValueValidator(2100)], verbose_name='培育年度')),
                ('revenue', crm.exact.ExactField(blank=True, null=True, scale=2, verbose_name='上年主营业务收入')),
                ('state', models.CharField(choices=[('candidate', '培育中'), ('filed', '已申报'), ('returned', '退回'), ('approved', '已批准')], default='candidate', max_length=10, verbose_name='状态')),
                ('filed_on', models.DateField(blank=True, null=True, verbose_name='申报日期')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='办理日期')),
                ('return_reason', models.CharField(blank=True, max_length=300, verbose_name='退回原因')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='备注')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='candidacies', to='crm.company', verbose_name='企业')),
                ('spell', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='candidacies', to='crm.abovescalespell', verbose_name='入库')),
            ],
            options={
                'verbose_name': '小升规培育库',
                'verbose_name_plural': '小升规培育库',
                'ordering': ['-year', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('company', 'year'), name='candidate_once_a_year', violation_error_code='unique', violation_error_message='这户企业已在这一年度的培育库里，请修改原来的一条。')],
            },
        ),
    ]
