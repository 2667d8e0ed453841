"""Whose days an assignment covers, where it is a substitute's."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_confirmed_by_a_second_person")]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="covers",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
