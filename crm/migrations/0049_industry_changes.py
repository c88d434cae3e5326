import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0048_first_threshold'),
    ]

    operations = [
        migrations.CreateModel(
            name='IndustryChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField(db_index=True, verbose_name='登记时间')),
                ('withdraws', models.BooleanField(default=False, editable=False, verbose_name='作废')),
                ('known_since', models.DateField(editable=False, verbose_name='最初登记')),
                ('effective_on', models.DateField(db_index=True, editable=False, verbose_name='生效')),
                ('changed_on', models.DateField(verbose_name='变更时间')),
                ('changed_until', models.DateField(editable=False, verbose_name='最晚变更')),
                ('document', models.CharField(blank=True, max_length=200, verbose_name='依据')),
            ],
            options={
                'verbose_name': '产业变更',
                'verbose_name_plural': '产业变更',
                'ordering': ['-changed_until', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='industry',
            name='slug',
            field=models.SlugField(blank=True, max_length=40, verbose_name='代码'),
        ),
        migrations.AddField(
            model_name='industrystate',
            name='parent',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.industry'),
        ),
        migrations.AddField(
            model_name='industrystate',
            name='slug',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddConstraint(
            model_name='industry',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('slug', ''), _negated=True)), fields=('slug',), name='industry_slug_once', violation_error_code='unique', violation_error_message='这个代码已有产业使用。'),
        ),
        migrations.AddField(
            model_name='industrychange',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人'),
        ),
        migrations.AddField(
            model_name='industrychange',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='industry_changes', to='crm.company', verbose_name='企业'),
        ),
        migrations.AddField(
            model_name='industrychange',
            name='copy_of',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='crm.industrychange', verbose_name='合并自'),
        ),
        migrations.AddField(
            model_name='industrychange',
            name='from_industry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.industry', verbose_name='原产业'),
        ),
        migrations.AddField(
            model_name='industrychange',
            name='replaces',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='crm.industrychange', verbose_name='更正'),
        ),
        migrations.AddField(
            model_name='industrychange',
            name='to_industry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.industry', verbose_name='新产业'),
        ),
        migrations.AddIndex(
            model_name='industrychange',
            index=models.Index(fields=['company', 'effective_on'], name='industry_change_of'),
        ),
    ]
