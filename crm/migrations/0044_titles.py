from django.db import migrations, models

# What a title's own words say, as models/companies/recognitions.py reads them.
WORDS = (
    ("小巨人", "little_giant", {"level": "nation"}),
    ("专精特新", "provincial_srdi", {"level": "province"}),
    ("贡嘎培优", "gongga", {"level": "province"}),
    ("绿色工厂", "green_factory", {}),
)


def fill(apps, schema_editor):
    rows = apps.get_model("crm", "Recognition").objects.filter(subject="company")
    for word, kind, level in WORDS:
        rows.filter(title__contains=word, title_kind="", **level).update(title_kind=kind)
    for word, grant in (("复核", "review"), ("续期", "renewal")):
        rows.filter(title__contains=word).update(grant=grant)


class Migration(migrations.Migration):
    dependencies = [("crm", "0043_sealed_outcomes")]

    operations = [
        migrations.AddField(
            model_name='recognition',
            name='claim',
            field=models.CharField(blank=True, max_length=100, verbose_name='说法'),
        ),
        migrations.AddField(
            model_name='recognition',
            name='claim_on',
            field=models.DateField(blank=True, null=True, verbose_name='说法日期'),
        ),
        migrations.AddField(
            model_name='recognition',
            name='claim_scope',
            field=models.CharField(blank=True, choices=[('nation', '全国'), ('province', '全省'), ('city', '全市'), ('county', '全县')], max_length=10, verbose_name='说法范围'),
        ),
        migrations.AddField(
            model_name='recognition',
            name='claim_source',
            field=models.CharField(blank=True, max_length=200, verbose_name='说法出处'),
        ),
        migrations.AddField(
            model_name='recognition',
            name='grant',
            field=models.CharField(choices=[('first', '首次认定'), ('review', '复核'), ('renewal', '续期')], default='first', max_length=10, verbose_name='认定方式'),
        ),
        migrations.AddField(
            model_name='recognition',
            name='title_kind',
            field=models.CharField(blank=True, choices=[('little_giant', '国家小巨人'), ('provincial_srdi', '省专精特新'), ('gongga', '贡嘎培优'), ('green_factory', '绿色工厂'), ('special_park', '特色（专业）园区'), ('other', '其他')], max_length=20, verbose_name='称号'),
        ),
        migrations.AddIndex(
            model_name='recognition',
            index=models.Index(fields=['title_kind', 'granted_on'], name='title_granted'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
