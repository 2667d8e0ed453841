from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_takeovers")]

    operations = [
        migrations.CreateModel(
            name="Erased",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
                ("why", models.CharField(max_length=20)),
            ],
        ),
    ]
