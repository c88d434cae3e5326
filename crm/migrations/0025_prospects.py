"""Links of the chains the county lacks, and the companies it wants for them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0024_national_industries'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChainGap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='版本')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('name', models.CharField(max_length=60, verbose_name='环节')),
                ('state', models.CharField(choices=[('strong', '有'), ('weak', '弱'), ('missing', '缺')], default='missing', max_length=10, verbose_name='现状')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='说明')),
                ('industry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='crm.industry', verbose_name='产业')),
            ],
            options={
                'verbose_name': '产业链环节',
                'verbose_name_plural': '产业链环节',
                'ordering': ['industry', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Prospect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='版本')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('name', models.CharField(max_length=120, verbose_name='目标企业')),
                ('name_key', models.CharField(db_index=True, editable=False, max_length=120)),
                ('area', models.CharField(blank=True, max_length=100, verbose_name='所在地')),
                ('why', models.TextField(blank=True, max_length=1000, verbose_name='目标理由')),
                ('priority', models.CharField(choices=[('high', '高'), ('middle', '中'), ('low', '低')], default='middle', max_length=10, verbose_name='优先级')),
                ('state', models.CharField(choices=[('waiting', '待对接'), ('talking', '在对接'), ('converted', '已转项目'), ('dropped', '不再对接')], default='waiting', max_length=10, verbose_name='状态')),
                ('industry', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='crm.industry', verbose_name='产业')),
                ('link', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='prospects', to='crm.chaingap', verbose_name='补链环节')),
                ('officer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='对接人')),
                ('project', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='prospect', to='crm.project', verbose_name='转成的项目')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='crm.team', verbose_name='招商科室')),
            ],
            options={
                'verbose_name': '目标企业',
                'verbose_name_plural': '目标企业',
                'ordering': ['-pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='chaingap',
            constraint=models.UniqueConstraint(fields=('industry', 'name'), name='chain_link_once', violation_error_message='这个产业已登记过这个环节，请修改原来的一条。'),
        ),
    ]
