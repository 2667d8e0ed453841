"""Who is erased is the register's to know: the rooms between have to ask. Who erased them stands in the audit."""

from django.db import migrations

COPY = "INSERT INTO registry_erased (id, kind, at, why) SELECT id, kind, at, why FROM retention_erased"


class Migration(migrations.Migration):
    dependencies = [("registry", "0006_erased"), ("retention", "0001_initial")]

    operations = [migrations.RunSQL(COPY), migrations.DeleteModel("Erased")]
