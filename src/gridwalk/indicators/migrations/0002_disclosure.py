from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("indicators", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(blank=True)),
                ("on", models.DateField()),
                ("key", models.CharField(max_length=64)),
                ("plans", models.JSONField()),
                ("values", models.JSONField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "on"), name="disclosure_once")],
            },
        ),
    ]
