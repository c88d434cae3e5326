import crm.models.companies.companies
import datetime
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0026_audit_of_new_rows'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='chaingap',
            name='chain_link_once',
        ),
        migrations.RemoveConstraint(
            model_name='exchangerate',
            name='rate_once_a_month',
        ),
        migrations.RemoveConstraint(
            model_name='keylisting',
            name='key_listing_once_a_year',
        ),
        migrations.RemoveConstraint(
            model_name='milestone',
            name='milestone_once',
        ),
        migrations.RemoveConstraint(
            model_name='review',
            name='review_once_a_day',
        ),
        migrations.RemoveConstraint(
            model_name='stagerule',
            name='rule_once_a_stage',
        ),
        migrations.RemoveConstraint(
            model_name='zone',
            name='zone_once_a_park',
        ),
        migrations.RemoveIndex(
            model_name='company',
            name='company_merged',
        ),
        migrations.RemoveIndex(
            model_name='contact',
            name='contact_merged',
        ),
        migrations.RemoveIndex(
            model_name='project',
            name='project_merged',
        ),
        migrations.RenameField(
            model_name='company',
            old_name='merged_at',
            new_name='withdrawn_at',
        ),
        migrations.RenameField(
            model_name='contact',
            old_name='merged_at',
            new_name='withdrawn_at',
        ),
        migrations.RenameField(
            model_name='project',
            old_name='merged_at',
            new_name='withdrawn_at',
        ),
        migrations.AddField(
            model_name='activity',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='copy_of',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='crm.agreement', verbose_name='合并自'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='effective_on',
            field=models.DateField(db_index=True, default=datetime.date(2000, 1, 1), editable=False, verbose_name='生效'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='agreement',
            name='known_since',
            field=models.DateField(default=datetime.date(2000, 1, 1), editable=False, verbose_name='最初登记'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='agreement',
            name='withdraws',
            field=models.BooleanField(default=False, editable=False, verbose_name='作废'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='chaingap',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='claimruling',
            name='copy_of',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='crm.claimruling', verbose_name='合并自'),
        ),
        migrations.AddField(
            model_name='claimruling',
            name='known_since',
            field=models.DateField(default=datetime.date(2000, 1, 1), editable=False, verbose_name='最初登记'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='claimruling',
            name='withdraws',
            field=models.BooleanField(default=False, editable=False, verbose_name='作废'),
        ),
        migrations.AlterField(
            model_name='company',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='confirmation',
            name='copy_of',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='crm.confirmation', verbose_name='合并自'),
        ),
        migrations.AddField(
            model_name='confirmation',
            name='known_since',
            field=models.DateField(default=datetime.date(2000, 1, 1), editable=False, verbose_name='最初登记'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='confirmation',
            name='replaces',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='crm.confirmation', verbose_name='更正'),
        ),
        migrations.AddField(
            model_name='confirmation',
            name='withdraws',
            field=models.BooleanField(default=False, editable=False, verbose_name='作废'),
        ),
        migrations.AlterField(
            model_name='contact',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='creditshare',
            name='copy_of',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='crm.creditshare', verbose_name='合并自'),
        ),
        migrations.AddField(
            model_name='creditshare',
            name='known_since',
            field=models.DateField(default=datetime.date(2000, 1, 1), editable=False, verbose_name='最初登记'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='creditshare',
            name='replaces',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='crm.creditshare', verbose_name='更正'),
        ),
        migrations.AddField(
            model_name='creditshare',
            name='withdraws',
            field=models.BooleanField(default=False, editable=False, verbose_name='作废'),
        ),
        migrations.AddField(
            model_name='enquiry',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='exchangerate',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='firstcontactclaim',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='followup',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='fundingreceipt',
            name='copy_of',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='crm.fundingreceipt', verbose_name='合并自'),
        ),
        migrations.AddField(
            model_name='fundingreceipt',
            name='effective_on',
            field=models.DateField(db_index=True, default=datetime.date(2000, 1, 1), editable=False, verbose_name='生效'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='fundingreceipt',
            name='known_since',
            field=models.DateField(default=datetime.date(2000, 1, 1), editable=False, verbose_name='最初登记'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='fundingreceipt',
            name='withdraws',
            field=models.BooleanField(default=False, editable=False, verbose_name='作废'),
        ),
        migrations.AddField(
            model_name='industry',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='keylisting',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='milestone',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='park',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AlterField(
            model_name='project',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='prospect',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='recognition',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='review',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='savedview',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='stagemove',
            name='copy_of',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='crm.stagemove', verbose_name='合并自'),
        ),
        migrations.AddField(
            model_name='stagemove',
            name='known_since',
            field=models.DateField(default=datetime.date(2000, 1, 1), editable=False, verbose_name='最初登记'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='stagemove',
            name='withdraws',
            field=models.BooleanField(default=False, editable=False, verbose_name='作废'),
        ),
        migrations.AddField(
            model_name='stagerule',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='target',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='team',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AddField(
            model_name='zone',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='作废时间'),
        ),
        migrations.AlterField(
            model_name='company',
            name='credit_code',
            field=models.CharField(blank=True, max_length=18, null=True, validators=[crm.models.companies.companies.validate_credit_code], verbose_name='统一社会信用代码'),
        ),
        migrations.AlterField(
            model_name='confirmation',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人'),
        ),
        migrations.AlterField(
            model_name='confirmation',
            name='recorded_at',
            field=models.DateTimeField(db_index=True, verbose_name='登记时间'),
        ),
        migrations.AlterField(
            model_name='industry',
            name='name',
            field=models.CharField(max_length=60, verbose_name='名称'),
        ),
        migrations.AlterField(
            model_name='park',
            name='name',
            field=models.CharField(max_length=100, verbose_name='名称'),
        ),
        migrations.AlterField(
            model_name='park',
            name='slug',
            field=models.SlugField(max_length=60, verbose_name='代码'),
        ),
        migrations.AlterField(
            model_name='stagemove',
            name='effective_on',
            field=models.DateField(db_index=True, editable=False, verbose_name='生效'),
        ),
        migrations.AlterField(
            model_name='target',
            name='key',
            field=models.CharField(editable=False, max_length=200, verbose_name='目标'),
        ),
        migrations.AlterField(
            model_name='team',
            name='name',
            field=models.CharField(max_length=60, verbose_name='名称'),
        ),
        migrations.AddIndex(
            model_name='company',
            index=models.Index(condition=models.Q(('withdrawn_at__isnull', False)), fields=['withdrawn_at'], name='company_gone'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=models.Index(condition=models.Q(('withdrawn_at__isnull', False)), fields=['withdrawn_at'], name='contact_gone'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(condition=models.Q(('withdrawn_at__isnull', False)), fields=['withdrawn_at'], name='project_gone'),
        ),
        migrations.AddConstraint(
            model_name='chaingap',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('industry', 'name'), name='chain_link_once', violation_error_code='unique', violation_error_message='这个产业已登记过这个环节，请修改原来的一条。'),
        ),
        migrations.AddConstraint(
            model_name='company',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('credit_code',), name='company_once', violation_error_code='unique', violation_error_message='这个统一社会信用代码已登记过。'),
        ),
        migrations.AddConstraint(
            model_name='exchangerate',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('currency', 'month_on'), name='rate_once_a_month', violation_error_code='unique', violation_error_message='这种外币当月的汇率已登记，请修改原来的一条。'),
        ),
        migrations.AddConstraint(
            model_name='industry',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('name',), name='industry_once', violation_error_code='unique', violation_error_message='已有同名的产业。'),
        ),
        migrations.AddConstraint(
            model_name='keylisting',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('project', 'level', 'year'), name='key_listing_once_a_year', violation_error_code='unique', violation_error_message='本项目已列入这一级这一年的名单，请修改原来的一条。'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('project', 'kind', 'year'), name='milestone_once', violation_error_code='unique', violation_error_message='本项目已登记过这个里程碑（纳统入库每年一次），请修改原来的一条。'),
        ),
        migrations.AddConstraint(
            model_name='park',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('slug',), name='park_slug_once', violation_error_code='unique', violation_error_message='这个代码已有园区使用。'),
        ),
        migrations.AddConstraint(
            model_name='park',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('name',), name='park_once', violation_error_code='unique', violation_error_message='已有同名的园区。'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('project', 'body', 'held_on'), name='review_once_a_day', violation_error_code='unique', violation_error_message='这个机构当天对本项目的评审已登记，请修改原来的一条。'),
        ),
        migrations.AddConstraint(
            model_name='stagerule',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('stage',), name='rule_once_a_stage', violation_error_code='unique', violation_error_message='这个阶段已有规则，请修改原来的一条。'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('key',), name='target_once', violation_error_code='unique', violation_error_message='这个单位当年这项指标的目标已登记，请修改原来的一条。'),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('name',), name='team_once', violation_error_code='unique', violation_error_message='已有同名的科室。'),
        ),
        migrations.AddConstraint(
            model_name='zone',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('park', 'name'), name='zone_once_a_park', violation_error_code='unique', violation_error_message='这个园区已有同名的片区。'),
        ),
    ]
