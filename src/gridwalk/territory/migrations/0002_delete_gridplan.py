"""拆并方案 went to the room of corrections."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("territory", "0001_initial"), ("upkeep", "0002_grid_plans")]

    operations = [migrations.DeleteModel(name="GridPlan")]
