"""A new installation shows a decent site in both languages before anybody has written a word."""

import uuid

from django.db import migrations

LOCALES = {
    "zh-hans": {
        "home": {
            "title": "首页",
            "headline": "到园区，把厂办起来",
            "lead": "这里公布园区的位置、产业和进展，数字直接来自园区台账。"
            "看中了哪个园区，留下联系方式，园区的人会给您回电话。",
        },
        "parks": {"title": "园区", "lead": "每个园区的面积、片区和项目进展，都由台账实时给出。"},
    },
    "en": {
        "home": {
            "title": "Home",
            "headline": "Build your factory here",
            "lead": "Where our parks are, what they make and how they are doing, with figures taken "
            "straight from the parks’ own ledger. Leave your contact details and the park will "
            "call you back.",
        },
        "parks": {
            "title": "Parks",
            "lead": "Area, zones and progress of each park, as the ledger has them today.",
        },
    },
}


def create(apps, schema_editor):
    Page = apps.get_model("wagtailcore.Page")
    Site = apps.get_model("wagtailcore.Site")
    Locale = apps.get_model("wagtailcore.Locale")
    ContentType = apps.get_model("contenttypes.ContentType")
    root = Page.objects.get(depth=1)
    welcome = Page.objects.filter(path="00010001", slug="home", content_type__model="page")
    keys = {"home": uuid.uuid4(), "parks": uuid.uuid4()}

    def page(model, path, code, kind, slug, url_path, numchild):
        content_type, _ = ContentType.objects.get_or_create(app_label="cms", model=model.lower())
        texts = LOCALES[code][kind]
        return apps.get_model("cms", model).objects.create(
            path=path,
            depth=len(path) // 4,
            numchild=numchild,
            slug=slug,
            url_path=url_path,
            content_type=content_type,
            locale=Locale.objects.get_or_create(language_code=code)[0],
            translation_key=keys[kind],
            draft_title=texts["title"],
            live=True,
            **texts,
        )

    for number, code in enumerate(LOCALES, 2):
        slug = "home" if code == "zh-hans" else f"home-{code}"
        if code == "zh-hans" and welcome.exists():
            welcome.update(slug="welcome-to-wagtail")
        path = f"0001{number:04d}"
        home = page("HomePage", path, code, "home", slug, f"/{slug}/", 1)
        page("ParkIndexPage", f"{path}0001", code, "parks", "parks", f"/{slug}/parks/", 0)
        if code == "zh-hans":
            Site.objects.update_or_create(
                is_default_site=True,
                defaults={"hostname": "localhost", "root_page_id": home.pk},
            )
    Page.objects.filter(slug="welcome-to-wagtail", path="00010001").delete()
    root.numchild = len(LOCALES)
    root.save(update_fields=["numchild"])


class Migration(migrations.Migration):
    dependencies = [("cms", "0002_editor_group")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
