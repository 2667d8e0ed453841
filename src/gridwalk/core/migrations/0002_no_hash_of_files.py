"""Stored files keep no hash of what is in them: of a ledger of one row it says what the row says."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [migrations.RemoveField(model_name="storedfile", name="sha256")]
