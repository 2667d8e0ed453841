from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0006_erased")]

    operations = [
        migrations.AddField(model_name="recheck", name="heads", field=models.JSONField(default=list)),
    ]
