from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="recheck",
            field=models.CharField(blank=True, default="", max_length=10),
            preserve_default=False,
        ),
    ]
