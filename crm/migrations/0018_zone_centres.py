"""Where a zone lies: its centre point and the coordinate system."""

import crm.exact
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0017_transfers'),
    ]

    operations = [
        migrations.AddField(
            model_name='zone',
            name='coordinate_system',
            field=models.CharField(blank=True, choices=[('gcj02', 'GCJ-02（高德、腾讯地图）'), ('wgs84', 'WGS-84（GPS）'), ('cgcs2000', 'CGCS2000（国家大地坐标）')], max_length=10, verbose_name='坐标系'),
        ),
        migrations.AddField(
            model_name='zone',
            name='latitude',
            field=crm.exact.ExactField(blank=True, null=True, scale=6, verbose_name='中心纬度'),
        ),
        migrations.AddField(
            model_name='zone',
            name='longitude',
            field=crm.exact.ExactField(blank=True, null=True, scale=6, verbose_name='中心经度'),
        ),
    ]
