from django.db import migrations, models


class Migration(migrations.Migration):
    """What of an uploaded file is not kept."""

    dependencies = [("reconcile", "0001_initial")]

    operations = [
        migrations.AddField(model_name="submission", name="cleared", field=models.JSONField(default=list)),
    ]
