import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0033_reported_and_allowed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=64, verbose_name='表单标记')),
                ('content', models.CharField(blank=True, max_length=64)),
                ('object_type', models.CharField(max_length=60, verbose_name='对象类型')),
                ('object_id', models.BigIntegerField(verbose_name='对象编号')),
                ('recorded_at', models.DateTimeField(verbose_name='提交时间')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提交人')),
            ],
            options={
                'verbose_name': '表单提交',
                'verbose_name_plural': '表单提交',
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('user', 'token'), name='submission_once'),
                    models.UniqueConstraint(condition=models.Q(('user__isnull', True)), fields=('token',), name='visitors_submission_once'),
                ],
            },
        ),
    ]
