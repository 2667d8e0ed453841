from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reconcile", "0006_taken_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="comparedcommunity",
            name="awaits",
            field=models.BooleanField(default=False),
        ),
    ]
