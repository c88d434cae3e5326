"""How a project was won, where its money comes from, what it builds and is expected to bring."""

import crm.exact
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0010_planned_months'),
    ]

    operations = [
        migrations.AddField(
            model_name='project',
            name='assigned_level',
            field=models.CharField(blank=True, choices=[('secretary', '书记交办'), ('head', '县长交办'), ('deputy', '分管领导交办'), ('none', '非领导交办')], max_length=20, verbose_name='交办层级'),
        ),
        migrations.AddField(
            model_name='project',
            name='capital_nature',
            field=models.CharField(blank=True, choices=[('domestic', '内资'), ('foreign', '外资'), ('hmt', '港澳台资')], max_length=20, verbose_name='资金性质'),
        ),
        migrations.AddField(
            model_name='project',
            name='construction_nature',
            field=models.CharField(blank=True, choices=[('new', '新建'), ('expansion', '扩建'), ('rebuilding', '改建'), ('upgrade', '技改'), ('relocation', '迁建'), ('opening', '开业')], max_length=20, verbose_name='建设性质'),
        ),
        migrations.AddField(
            model_name='project',
            name='expected_jobs',
            field=models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(1000000)], verbose_name='预计用工'),
        ),
        migrations.AddField(
            model_name='project',
            name='expected_output',
            field=crm.exact.ExactField(blank=True, null=True, scale=2, verbose_name='预计年产值'),
        ),
        migrations.AddField(
            model_name='project',
            name='expected_tax',
            field=crm.exact.ExactField(blank=True, null=True, scale=2, verbose_name='预计年税收'),
        ),
        migrations.AddField(
            model_name='project',
            name='method',
            field=models.CharField(blank=True, choices=[('chain', '产业链招商'), ('through_firms', '以商招商'), ('resident', '驻点招商'), ('event', '活动招商'), ('fund', '基金招商'), ('alumni', '校友招商'), ('scenario', '场景招商'), ('state_firms', '央地合作'), ('platform', '平台招商'), ('other', '其他方式')], max_length=20, verbose_name='招商方式'),
        ),
        migrations.AddField(
            model_name='project',
            name='origin',
            field=models.CharField(blank=True, max_length=100, verbose_name='来源地'),
        ),
        migrations.AddField(
            model_name='project',
            name='source_area',
            field=models.CharField(blank=True, choices=[('county', '县内'), ('city', '市内县外'), ('province', '省内市外'), ('nation', '国内省外'), ('abroad', '境外')], max_length=20, verbose_name='来源区域'),
        ),
    ]
