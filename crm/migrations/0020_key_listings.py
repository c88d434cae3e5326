"""Key-project lists by level and year."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0019_activities_and_their_leads'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeyListing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='版本')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('level', models.CharField(choices=[('province', '省重点'), ('city', '市重点'), ('county', '县重点')], max_length=10, verbose_name='级别')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2000), django.core.validators.MaxValueValidator(2100)], verbose_name='年度')),
                ('batch', models.CharField(blank=True, max_length=30, verbose_name='批次')),
                ('document', models.CharField(blank=True, max_length=100, verbose_name='文号')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='备注')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='key_listings', to='crm.project', verbose_name='项目')),
            ],
            options={
                'verbose_name': '重点项目',
                'verbose_name_plural': '重点项目',
                'ordering': ['-year', 'pk'],
                'indexes': [models.Index(fields=['year', 'level'], name='key_listing_year')],
                'constraints': [models.UniqueConstraint(fields=('project', 'level', 'year'), name='key_listing_once_a_year', violation_error_message='本项目已列入这一级这一年的名单，请修改原来的一条。')],
            },
        ),
    ]
