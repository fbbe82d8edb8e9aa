"""Genealogy: facts behind serials, recall cases, passport links, captured events, life data."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from gearpark.kit.tenant import rls

APPEND_ONLY = ("shopfloor_thing", "shopfloor_fact", "shopfloor_measured", "shopfloor_fact_error", "shopfloor_recall_part")
# Facts are never changed, and what they point at is never deleted: the facts hold no foreign keys (too slow in bulk).
GUARDS = """
CREATE FUNCTION shopfloor_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only; add a new row instead', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION shopfloor_serial_has_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM shopfloor_fact WHERE serial_id = OLD.id)
     OR EXISTS (SELECT 1 FROM shopfloor_measured WHERE serial_id = OLD.id) THEN
    RAISE EXCEPTION 'serial % has facts and stays', OLD.serial USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER shopfloor_serial_stays BEFORE DELETE ON shopfloor_serial
  FOR EACH ROW EXECUTE FUNCTION shopfloor_serial_has_facts();
""" + "".join(
    f"""
CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION shopfloor_is_append_only();
CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION shopfloor_is_append_only();
"""
    for table in APPEND_ONLY
)
OPEN = "DROP TRIGGER shopfloor_serial_stays ON shopfloor_serial;" + "".join(
    f"DROP TRIGGER {table}_rows ON {table}; DROP TRIGGER {table}_whole ON {table};" for table in APPEND_ONLY
) + "DROP FUNCTION shopfloor_serial_has_facts(); DROP FUNCTION shopfloor_is_append_only();"


class Migration(migrations.Migration):
    dependencies = [("shopfloor", "0002_work")]

    operations = [
        migrations.CreateModel(
            name='CapturedEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('event_hash', models.CharField(max_length=120)),
                ('kind', models.CharField(max_length=40)),
                ('event_at', models.DateTimeField(null=True)),
                ('document', models.JSONField()),
                ('captured_by', models.CharField(max_length=160)),
                ('captured_at', models.DateTimeField()),
                ('facts', models.PositiveIntegerField(default=0)),
                ('refused', models.CharField(blank=True, default='', max_length=60)),
                ('why', models.CharField(blank=True, default='', max_length=400)),
            ],
            options={
                'db_table': 'shopfloor_captured_event',
                'ordering': ['-captured_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('org', 'event_hash'), name='shopfloor_captured_event_once')],
            },
        ),
        migrations.CreateModel(
            name='FollowMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('lake_version', models.BigIntegerField(default=-1)),
                ('pending_us', models.BigIntegerField(null=True)),
                ('until_us', models.BigIntegerField(default=0)),
                ('changed_at', models.DateTimeField()),
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='follow_mark', to='shopfloor.line')),
            ],
            options={
                'db_table': 'shopfloor_follow_mark',
            },
        ),
        migrations.CreateModel(
            name='LifeStudy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('name', models.CharField(max_length=120, verbose_name='study')),
                ('design', models.CharField(max_length=120, verbose_name='design')),
                ('product', models.CharField(blank=True, default='', max_length=60, verbose_name='product')),
                ('source', models.CharField(choices=[('bench', 'bench'), ('field', 'field')], default='bench', max_length=8, verbose_name='source')),
                ('unit', models.CharField(max_length=20, verbose_name='unit of life')),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('rows', models.JSONField(default=list)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('changed_by', models.CharField(max_length=160)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'shopfloor_life_study',
                'ordering': ['org', 'name'],
                'constraints': [models.UniqueConstraint(fields=('org', 'name'), name='shopfloor_life_study_name')],
            },
        ),
        migrations.CreateModel(
            name='Measured',
            fields=[
                ('pk', models.CompositePrimaryKey('serial_id', 'at', 'part', blank=True, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('part', models.PositiveSmallIntegerField()),
                ('op', models.PositiveIntegerField(null=True)),
                ('org', models.CharField(max_length=60)),
                ('station', models.CharField(blank=True, default='', max_length=60)),
                ('keys', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('values', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                ('data', models.JSONField(null=True)),
                ('serial', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='measured', to='shopfloor.serial')),
            ],
            options={
                'db_table': 'shopfloor_measured',
            },
        ),
        migrations.CreateModel(
            name='Recall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('name', models.CharField(max_length=120, verbose_name='case')),
                ('cause', models.JSONField(verbose_name='cause')),
                ('reason', models.CharField(max_length=400, verbose_name='reason')),
                ('parts', models.PositiveIntegerField(default=0, verbose_name='parts')),
                ('counts', models.JSONField(default=dict)),
                ('opened_by', models.CharField(max_length=160, verbose_name='opened by')),
                ('opened_at', models.DateTimeField(verbose_name='opened at')),
                ('hold_by', models.CharField(blank=True, default='', max_length=160)),
                ('hold_done', models.BooleanField(default=False)),
                ('closed_by', models.CharField(blank=True, default='', max_length=160, verbose_name='closed by')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='closed at')),
                ('closed_note', models.CharField(blank=True, default='', max_length=400, verbose_name='what was done')),
            ],
            options={
                'db_table': 'shopfloor_recall',
                'ordering': ['-opened_at'],
                'constraints': [models.UniqueConstraint(fields=('org', 'name'), name='shopfloor_recall_name')],
            },
        ),
        migrations.CreateModel(
            name='RecallPart',
            fields=[
                ('org', models.CharField(db_index=True, max_length=60)),
                ('pk', models.CompositePrimaryKey('recall_id', 'serial_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('status', models.CharField(max_length=8)),
                ('station', models.CharField(blank=True, default='', max_length=60)),
                ('touched_at', models.DateTimeField(null=True)),
                ('recall', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='shopfloor.recall')),
                ('serial', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recalls', to='shopfloor.serial')),
            ],
            options={
                'db_table': 'shopfloor_recall_part',
            },
        ),
        migrations.CreateModel(
            name='Thing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('kind', models.CharField(choices=[('material', 'material'), ('child', 'child'), ('machine', 'machine'), ('tool', 'tool'), ('gauge', 'gauge'), ('program', 'program'), ('operator', 'operator'), ('fixture', 'fixture'), ('carrier', 'carrier'), ('instruction', 'instruction'), ('value', 'value'), ('test', 'test'), ('rework', 'rework')], max_length=12)),
                ('key', models.CharField(max_length=120)),
                ('unit', models.CharField(blank=True, default='', max_length=20)),
                ('spec', models.JSONField(blank=True, default=dict)),
            ],
            options={
                'db_table': 'shopfloor_thing',
                'constraints': [models.UniqueConstraint(fields=('org', 'kind', 'key', 'unit', 'spec'), name='shopfloor_thing_once')],
            },
        ),
        migrations.CreateModel(
            name='PassportLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('made_by', models.CharField(max_length=160)),
                ('made_at', models.DateTimeField()),
                ('revoked_by', models.CharField(blank=True, default='', max_length=160)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('serial', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passport_links', to='shopfloor.serial')),
            ],
            options={
                'db_table': 'shopfloor_passport_link',
                'ordering': ['-made_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('serial',), name='shopfloor_passport_link_one')],
            },
        ),
        migrations.CreateModel(
            name='FactError',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(max_length=400)),
                ('declared_by', models.CharField(max_length=160)),
                ('declared_at', models.DateTimeField()),
                ('serial', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fact_errors', to='shopfloor.serial')),
                ('thing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shopfloor.thing')),
            ],
            options={
                'db_table': 'shopfloor_fact_error',
                'constraints': [models.UniqueConstraint(fields=('serial', 'at', 'thing'), name='shopfloor_fact_error_once')],
            },
        ),
        migrations.CreateModel(
            name='Fact',
            fields=[
                ('pk', models.CompositePrimaryKey('serial_id', 'at', 'thing_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('value', models.FloatField(null=True)),
                ('op', models.PositiveIntegerField(null=True)),
                ('org', models.CharField(max_length=60)),
                ('station', models.CharField(blank=True, default='', max_length=60)),
                ('data', models.JSONField(null=True)),
                ('serial', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='facts', to='shopfloor.serial')),
                ('thing', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='facts', to='shopfloor.thing')),
            ],
            options={
                'db_table': 'shopfloor_fact',
                'indexes': [models.Index(fields=['thing', 'at'], include=('serial', 'org'), name='shopfloor_fact_thing')],
            },
        ),
        migrations.RunSQL(GUARDS, OPEN),
        rls("shopfloor_thing"),
        rls("shopfloor_fact"),
        rls("shopfloor_measured"),
        rls("shopfloor_fact_error"),
        rls("shopfloor_follow_mark"),
        rls("shopfloor_recall"),
        rls("shopfloor_recall_part"),
        rls("shopfloor_passport_link"),
        rls("shopfloor_captured_event"),
        rls("shopfloor_life_study"),
    ]
