from django.db import migrations, models

from gearpark.kit.tenant import rls

GUARD = """
CREATE FUNCTION kit_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER kit_audit_rows BEFORE UPDATE OR DELETE ON kit_audit
  FOR EACH ROW EXECUTE FUNCTION kit_audit_is_append_only();
CREATE TRIGGER kit_audit_whole BEFORE TRUNCATE ON kit_audit
  FOR EACH STATEMENT EXECUTE FUNCTION kit_audit_is_append_only();
ALTER TABLE kit_audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE kit_audit FORCE ROW LEVEL SECURITY;
CREATE POLICY kit_audit_read ON kit_audit FOR SELECT USING (
  (SELECT current_setting('gearpark.park', true)) = 'on'
  OR org = ANY ((SELECT string_to_array(current_setting('gearpark.orgs', true), ','))::text[]));
CREATE POLICY kit_audit_add ON kit_audit FOR INSERT WITH CHECK (
  org = '' OR (SELECT current_setting('gearpark.park', true)) = 'on'
  OR org = ANY ((SELECT string_to_array(current_setting('gearpark.orgs', true), ','))::text[]));
"""
OPEN = """
DROP POLICY kit_audit_read ON kit_audit;
DROP POLICY kit_audit_add ON kit_audit;
DROP TRIGGER kit_audit_rows ON kit_audit;
DROP TRIGGER kit_audit_whole ON kit_audit;
DROP FUNCTION kit_audit_is_append_only();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("org", models.CharField(db_index=True, max_length=60)),
                ("at", models.DateTimeField(db_index=True)),
                ("actor", models.CharField(max_length=160)),
                ("person_id", models.BigIntegerField(null=True)),
                ("action", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=200)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
            ],
            options={
                "db_table": "kit_audit",
                "indexes": [
                    models.Index(fields=["org", "-at"], name="kit_audit_org_at"),
                    models.Index(fields=["kind", "key"], name="kit_audit_kind_key"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("org", models.CharField(db_index=True, max_length=60)),
                ("person_id", models.BigIntegerField()),
                ("page", models.CharField(max_length=60)),
                ("name", models.CharField(blank=True, max_length=60)),
                ("query", models.CharField(blank=True, max_length=2000)),
                ("columns", models.JSONField(default=list)),
            ],
            options={
                "db_table": "kit_list_choice",
                "constraints": [
                    models.UniqueConstraint(fields=("org", "person_id", "page", "name"), name="kit_list_choice_once"),
                ],
            },
        ),
        migrations.RunSQL(GUARD, OPEN),
        rls("kit_list_choice"),
    ]
