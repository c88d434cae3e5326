"""The editor's rights in the page admin; crm puts the users with that role into the group."""

from django.db import migrations

GROUP = "editor"
MODEL_RIGHTS = [
    ("wagtailadmin", "admin", "access_admin"),
    ("cms", "sitesettings", "change_sitesettings"),
    ("simple_translation", "simpletranslation", "submit_translation"),
]
PAGE_RIGHTS = ["add_page", "change_page", "publish_page"]
COLLECTION_RIGHTS = [
    ("wagtailimages", "image", "add_image"),
    ("wagtailimages", "image", "change_image"),
    ("wagtailimages", "image", "choose_image"),
    ("wagtaildocs", "document", "add_document"),
    ("wagtaildocs", "document", "change_document"),
    ("wagtaildocs", "document", "choose_document"),
]


def permission(apps, app_label, model, codename):
    """Permissions are made after all migrations; made here, they are found there."""
    content_type, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label=app_label, model=model
    )
    found, _ = apps.get_model("auth.Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": codename}
    )
    return found


def give(apps, schema_editor):
    groups = apps.get_model("auth.Group").objects
    groups.filter(name__in=["Editors", "Moderators"]).delete()
    group, _ = groups.get_or_create(name=GROUP)
    group.permissions.add(*(permission(apps, *right) for right in MODEL_RIGHTS))
    root = apps.get_model("wagtailcore.Page").objects.get(depth=1)
    for codename in PAGE_RIGHTS:
        apps.get_model("wagtailcore.GroupPagePermission").objects.get_or_create(
            group=group, page=root, permission=permission(apps, "wagtailcore", "page", codename)
        )
    collection = apps.get_model("wagtailcore.Collection").objects.get(depth=1)
    for right in COLLECTION_RIGHTS:
        apps.get_model("wagtailcore.GroupCollectionPermission").objects.get_or_create(
            group=group, collection=collection, permission=permission(apps, *right)
        )


def take_back(apps, schema_editor):
    apps.get_model("auth.Group").objects.filter(name=GROUP).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0001_initial"),
        ("wagtailadmin", "0006_formstate"),
        ("simple_translation", "0001_initial"),
        # Theirs give rights to every group that may enter the admin: so after them.
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailimages", "0027_image_description"),
    ]
    operations = [migrations.RunPython(give, take_back)]
