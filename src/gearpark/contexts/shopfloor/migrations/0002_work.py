"""Products, routings, orders, serials, what was done to them, by whom and after which instruction."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models

from gearpark.kit.tenant import rls


class Migration(migrations.Migration):

    dependencies = [
        ('shopfloor', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Instruction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('op', models.PositiveIntegerField(verbose_name='operation')),
                ('revision', models.PositiveIntegerField(verbose_name='revision')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('released', 'released'), ('retired', 'retired')], default='draft', max_length=12, verbose_name='status')),
                ('title_en', models.CharField(max_length=120, verbose_name='title (English)')),
                ('title_zh', models.CharField(blank=True, default='', max_length=120, verbose_name='title (Chinese)')),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('released_by', models.CharField(blank=True, default='', max_length=160, verbose_name='released by')),
                ('released_at', models.DateTimeField(null=True, verbose_name='released at')),
                ('illustrative', models.BooleanField(default=False, verbose_name='illustrative')),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'db_table': 'shopfloor_instruction',
                'ordering': ['product', 'op', '-revision'],
            },
        ),
        migrations.CreateModel(
            name='Badge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('person_id', models.BigIntegerField()),
                ('code_hash', models.CharField(max_length=64)),
                ('pin_hash', models.CharField(blank=True, default='', max_length=160)),
                ('failed_count', models.PositiveSmallIntegerField(default=0)),
                ('locked_until_at', models.DateTimeField(null=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'db_table': 'shopfloor_badge',
                'constraints': [models.UniqueConstraint(fields=('org', 'person_id'), name='shopfloor_badge_person'), models.UniqueConstraint(condition=models.Q(('code_hash', ''), _negated=True), fields=('org', 'code_hash'), name='shopfloor_badge_code')],
            },
        ),
        migrations.CreateModel(
            name='Picture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('sha256', models.CharField(max_length=64)),
                ('media_type', models.CharField(max_length=20)),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('data', models.BinaryField()),
                ('added_by', models.CharField(max_length=160)),
                ('added_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'shopfloor_picture',
                'constraints': [models.UniqueConstraint(fields=('org', 'sha256'), name='shopfloor_picture_once'), models.CheckConstraint(condition=models.Q(('data__length__lte', 1000000)), name='shopfloor_picture_size')],
            },
        ),
        migrations.CreateModel(
            name='InstructionStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('position', models.PositiveSmallIntegerField(verbose_name='step')),
                ('text_en', models.CharField(max_length=1000, verbose_name='text (English)')),
                ('text_zh', models.CharField(blank=True, default='', max_length=1000, verbose_name='text (Chinese)')),
                ('check_kind', models.CharField(choices=[('none', 'none'), ('confirm', 'confirm'), ('number', 'number'), ('choice', 'choice'), ('scan', 'scan'), ('component', 'component')], default='none', max_length=12, verbose_name='check')),
                ('unit', models.CharField(blank=True, default='', max_length=20, verbose_name='unit')),
                ('lower', models.FloatField(null=True, verbose_name='lower limit')),
                ('upper', models.FloatField(null=True, verbose_name='upper limit')),
                ('options', models.JSONField(blank=True, default=list, verbose_name='choices')),
                ('right_options', models.JSONField(blank=True, default=list, verbose_name='right choices')),
                ('expects', models.CharField(blank=True, default='', max_length=200, verbose_name='expected scan')),
                ('instruction', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='shopfloor.instruction')),
                ('picture', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shopfloor.picture')),
            ],
            options={
                'db_table': 'shopfloor_instruction_step',
                'ordering': ['instruction', 'position'],
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('code', models.CharField(max_length=60, verbose_name='product')),
                ('name_en', models.CharField(max_length=120, verbose_name='name (English)')),
                ('name_zh', models.CharField(blank=True, default='', max_length=120, verbose_name='name (Chinese)')),
                ('line_type', models.CharField(max_length=60, verbose_name='line type')),
                ('variant', models.CharField(blank=True, default='', max_length=60, verbose_name='variant')),
                ('gtin', models.CharField(blank=True, default='', max_length=14, verbose_name='GTIN')),
                ('drawing', models.CharField(blank=True, default='', max_length=60, verbose_name='drawing')),
                ('drawing_revision', models.CharField(blank=True, default='', max_length=20, verbose_name='drawing revision')),
                ('safety_part', models.BooleanField(default=False, verbose_name='safety part')),
                ('tracking', models.CharField(choices=[('serial', 'serial'), ('lot', 'lot')], default='serial', max_length=8, verbose_name='tracking')),
                ('serial_pattern', models.CharField(blank=True, default='{line}-{yymmdd}-{seq:05}', max_length=60, verbose_name='serial pattern')),
                ('rework_limit', models.PositiveSmallIntegerField(default=2, verbose_name='rework loops allowed')),
                ('illustrative', models.BooleanField(default=False, verbose_name='illustrative')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'db_table': 'shopfloor_product',
                'ordering': ['org', 'code'],
                'constraints': [models.UniqueConstraint(fields=('org', 'code'), name='shopfloor_product_code'), models.CheckConstraint(condition=models.Q(('rework_limit__lte', 20)), name='shopfloor_product_rework')],
            },
        ),
        migrations.AddField(
            model_name='instruction',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instructions', to='shopfloor.product'),
        ),
        migrations.CreateModel(
            name='Program',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('name', models.CharField(max_length=120, verbose_name='program')),
                ('revision', models.CharField(max_length=20, verbose_name='revision')),
                ('sha256', models.CharField(max_length=64, verbose_name='hash (SHA-256)')),
                ('line_type', models.CharField(blank=True, default='', max_length=60, verbose_name='line type')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('released', 'released'), ('retired', 'retired')], default='draft', max_length=12, verbose_name='status')),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('added_by', models.CharField(max_length=160, verbose_name='added by')),
                ('added_at', models.DateTimeField(verbose_name='added at')),
                ('released_by', models.CharField(blank=True, default='', max_length=160, verbose_name='released by')),
                ('released_at', models.DateTimeField(null=True, verbose_name='released at')),
                ('illustrative', models.BooleanField(default=False, verbose_name='illustrative')),
            ],
            options={
                'db_table': 'shopfloor_program',
                'ordering': ['org', 'name', '-added_at'],
                'constraints': [models.UniqueConstraint(fields=('org', 'name', 'revision'), name='shopfloor_program_revision'), models.UniqueConstraint(condition=models.Q(('status', 'released')), fields=('org', 'name'), name='shopfloor_program_one_released'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='shopfloor_program_hash')],
            },
        ),
        migrations.CreateModel(
            name='Routing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('revision', models.PositiveIntegerField(verbose_name='revision')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('released', 'released'), ('retired', 'retired')], default='draft', max_length=12, verbose_name='status')),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('released_by', models.CharField(blank=True, default='', max_length=160, verbose_name='released by')),
                ('released_at', models.DateTimeField(null=True, verbose_name='released at')),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='routings', to='shopfloor.product')),
            ],
            options={
                'db_table': 'shopfloor_routing',
                'ordering': ['product', '-revision'],
            },
        ),
        migrations.CreateModel(
            name='Operation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('op', models.PositiveIntegerField(verbose_name='operation')),
                ('group', models.CharField(max_length=60, verbose_name='station group')),
                ('name_en', models.CharField(max_length=120, verbose_name='name (English)')),
                ('name_zh', models.CharField(blank=True, default='', max_length=120, verbose_name='name (Chinese)')),
                ('cycle_s', models.FloatField(verbose_name='cycle time')),
                ('setup_s', models.FloatField(default=0.0, verbose_name='set-up time')),
                ('skill', models.CharField(blank=True, default='', max_length=60, verbose_name='skill')),
                ('program', models.CharField(blank=True, default='', max_length=120, verbose_name='program')),
                ('program_hash', models.CharField(blank=True, default='', max_length=64, verbose_name='program hash')),
                ('tool_classes', models.JSONField(blank=True, default=list, verbose_name='tools')),
                ('gauge_classes', models.JSONField(blank=True, default=list, verbose_name='gauges')),
                ('is_test', models.BooleanField(default=False, verbose_name='gives a verdict')),
                ('needs_test', models.BooleanField(default=False, verbose_name='needs a passed test')),
                ('rework_to', models.PositiveIntegerField(blank=True, null=True, verbose_name='rework goes to')),
                ('routing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='operations', to='shopfloor.routing')),
            ],
            options={
                'db_table': 'shopfloor_operation',
                'ordering': ['routing', 'op'],
            },
        ),
        migrations.CreateModel(
            name='Serial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('serial', models.CharField(max_length=60, verbose_name='serial')),
                ('lot', models.CharField(blank=True, default='', max_length=60, verbose_name='lot')),
                ('status', models.CharField(choices=[('open', 'open'), ('held', 'held'), ('good', 'good'), ('scrap', 'scrap'), ('shipped', 'shipped')], default='open', max_length=8, verbose_name='status')),
                ('next_op', models.PositiveIntegerField(null=True, verbose_name='next operation')),
                ('rework_loops', models.PositiveSmallIntegerField(default=0, verbose_name='rework loops')),
                ('begun_at', models.DateTimeField(verbose_name='begun at')),
                ('done_at', models.DateTimeField(null=True, verbose_name='done at')),
                ('version', models.PositiveIntegerField(default=1)),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='serials', to='shopfloor.product')),
            ],
            options={
                'db_table': 'shopfloor_serial',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PartHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('reason', models.CharField(max_length=400, verbose_name='reason')),
                ('source', models.CharField(max_length=60, verbose_name='source')),
                ('held_by', models.CharField(max_length=160, verbose_name='held by')),
                ('since_at', models.DateTimeField(verbose_name='since')),
                ('decision', models.CharField(blank=True, choices=[('use-as-is', 'use-as-is'), ('rework', 'rework'), ('scrap', 'scrap'), ('return', 'return')], default='', max_length=12, verbose_name='decision')),
                ('decided_by', models.CharField(blank=True, default='', max_length=160, verbose_name='decided by')),
                ('person_id', models.BigIntegerField(null=True)),
                ('decided_reason', models.CharField(blank=True, default='', max_length=400, verbose_name='why')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='decided at')),
                ('serial', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='shopfloor.serial')),
            ],
            options={
                'db_table': 'shopfloor_part_hold',
                'ordering': ['-since_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('station', models.CharField(max_length=60, verbose_name='station')),
                ('op', models.PositiveIntegerField(verbose_name='operation')),
                ('codes', models.JSONField(default=list, verbose_name='interlocks')),
                ('reason', models.CharField(max_length=400, verbose_name='reason')),
                ('signed_by', models.CharField(max_length=160, verbose_name='signed by')),
                ('person_id', models.BigIntegerField()),
                ('signed_at', models.DateTimeField(verbose_name='signed at')),
                ('used_at', models.DateTimeField(null=True, verbose_name='used at')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shopfloor.line')),
                ('serial', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='shopfloor.serial')),
            ],
            options={
                'db_table': 'shopfloor_override',
                'ordering': ['-signed_at'],
            },
        ),
        migrations.CreateModel(
            name='OperationRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('station', models.CharField(blank=True, max_length=60, verbose_name='station')),
                ('op', models.PositiveIntegerField(verbose_name='operation')),
                ('attempt', models.PositiveSmallIntegerField(default=1, verbose_name='attempt')),
                ('begun_at', models.DateTimeField(verbose_name='begun at')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('result', models.CharField(blank=True, choices=[('good', 'good'), ('scrap', 'scrap'), ('rework', 'rework'), ('aborted', 'aborted')], default='', max_length=8, verbose_name='result')),
                ('reason', models.CharField(blank=True, default='', max_length=60, verbose_name='reason')),
                ('rework_to', models.PositiveIntegerField(null=True, verbose_name='rework goes to')),
                ('source', models.CharField(choices=[('line', 'line'), ('terminal', 'terminal'), ('disposition', 'disposition'), ('api', 'api')], max_length=12, verbose_name='source')),
                ('by', models.CharField(blank=True, default='', max_length=160, verbose_name='by')),
                ('person_id', models.BigIntegerField(null=True)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('instruction', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='shopfloor.instruction')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shopfloor.line')),
                ('serial', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='shopfloor.serial')),
            ],
            options={
                'db_table': 'shopfloor_run',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SerialCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('prefix', models.CharField(max_length=60)),
                ('last', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'db_table': 'shopfloor_serial_counter',
                'constraints': [models.UniqueConstraint(fields=('org', 'prefix'), name='shopfloor_serial_counter_once')],
            },
        ),
        migrations.CreateModel(
            name='SignOn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('person_id', models.BigIntegerField()),
                ('station', models.CharField(max_length=60, verbose_name='station')),
                ('since_at', models.DateTimeField(verbose_name='since')),
                ('until_at', models.DateTimeField(null=True, verbose_name='until')),
                ('how', models.CharField(max_length=12, verbose_name='how')),
                ('ended_by', models.CharField(blank=True, default='', max_length=160, verbose_name='ended by')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shopfloor.line')),
            ],
            options={
                'db_table': 'shopfloor_sign_on',
                'ordering': ['-since_at'],
            },
        ),
        migrations.CreateModel(
            name='Skill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('code', models.CharField(max_length=60, verbose_name='skill')),
                ('name_en', models.CharField(max_length=120, verbose_name='name (English)')),
                ('name_zh', models.CharField(blank=True, default='', max_length=120, verbose_name='name (Chinese)')),
            ],
            options={
                'db_table': 'shopfloor_skill',
                'ordering': ['org', 'code'],
                'constraints': [models.UniqueConstraint(fields=('org', 'code'), name='shopfloor_skill_code')],
            },
        ),
        migrations.CreateModel(
            name='PersonSkill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('person_id', models.BigIntegerField()),
                ('level', models.PositiveSmallIntegerField(verbose_name='level')),
                ('valid_until', models.DateField(null=True, verbose_name='valid until')),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('granted_by', models.CharField(max_length=160, verbose_name='granted by')),
                ('granted_at', models.DateTimeField(verbose_name='granted at')),
                ('skill', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holders', to='shopfloor.skill')),
            ],
            options={
                'db_table': 'shopfloor_person_skill',
                'ordering': ['person_id', 'skill'],
            },
        ),
        migrations.CreateModel(
            name='StationHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('station', models.CharField(max_length=60, verbose_name='station')),
                ('reason', models.CharField(max_length=400, verbose_name='reason')),
                ('source', models.CharField(max_length=60, verbose_name='source')),
                ('held_by', models.CharField(max_length=160, verbose_name='held by')),
                ('since_at', models.DateTimeField(verbose_name='since')),
                ('cleared_at', models.DateTimeField(null=True, verbose_name='cleared at')),
                ('cleared_by', models.CharField(blank=True, default='', max_length=160, verbose_name='cleared by')),
                ('cleared_note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='station_holds', to='shopfloor.line')),
            ],
            options={
                'db_table': 'shopfloor_station_hold',
                'ordering': ['-since_at'],
            },
        ),
        migrations.CreateModel(
            name='StepCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('value', models.CharField(max_length=200, verbose_name='value')),
                ('number', models.FloatField(null=True)),
                ('passed', models.BooleanField(verbose_name='passed')),
                ('by', models.CharField(max_length=160, verbose_name='by')),
                ('person_id', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField(verbose_name='at')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='shopfloor.operationrun')),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shopfloor.instructionstep')),
            ],
            options={
                'db_table': 'shopfloor_step_check',
                'ordering': ['run', 'at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='WorkOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('number', models.CharField(max_length=60, verbose_name='order')),
                ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
                ('lot', models.CharField(blank=True, default='', max_length=60, verbose_name='lot')),
                ('customer_ref', models.CharField(blank=True, default='', max_length=120, verbose_name='customer reference')),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('due_on', models.DateField(null=True, verbose_name='due')),
                ('priority', models.PositiveSmallIntegerField(default=50, verbose_name='priority')),
                ('sequence', models.PositiveIntegerField(default=0, verbose_name='place in the queue')),
                ('source', models.CharField(choices=[('planned', 'planned'), ('line', 'line')], default='planned', max_length=8, verbose_name='source')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('released', 'released'), ('running', 'running'), ('held', 'held'), ('done', 'done'), ('closed', 'closed'), ('cancelled', 'cancelled')], default='draft', max_length=12, verbose_name='status')),
                ('hold_reason', models.CharField(blank=True, default='', max_length=400, verbose_name='hold reason')),
                ('released_at', models.DateTimeField(null=True, verbose_name='released at')),
                ('started_at', models.DateTimeField(null=True, verbose_name='started at')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('serials_issued', models.PositiveIntegerField(default=0, verbose_name='serials issued')),
                ('version', models.PositiveIntegerField(default=1)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='shopfloor.line')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='shopfloor.product')),
                ('routing', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='shopfloor.routing')),
                ('split_from', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='splits', to='shopfloor.workorder')),
            ],
            options={
                'db_table': 'shopfloor_order',
                'ordering': ['org', 'number'],
            },
        ),
        migrations.AddField(
            model_name='serial',
            name='order',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='serials', to='shopfloor.workorder'),
        ),
        migrations.CreateModel(
            name='Reservation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('issued_at', models.DateTimeField(verbose_name='issued at')),
                ('issued_by', models.CharField(max_length=160, verbose_name='issued by')),
                ('consumed_at', models.DateTimeField(null=True, verbose_name='consumed at')),
                ('op', models.PositiveIntegerField(null=True, verbose_name='operation')),
                ('returned_at', models.DateTimeField(null=True, verbose_name='returned at')),
                ('component', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reservations', to='shopfloor.serial')),
                ('consumed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='consumed', to='shopfloor.serial')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reservations', to='shopfloor.workorder')),
            ],
            options={
                'db_table': 'shopfloor_reservation',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='WorkReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('key', models.UUIDField()),
                ('kind', models.CharField(choices=[('start', 'start'), ('good', 'good'), ('scrap', 'scrap'), ('rework', 'rework'), ('abort', 'abort'), ('hold', 'hold'), ('check', 'check'), ('consume', 'consume'), ('count', 'count'), ('sign-off', 'sign-off')], max_length=12, verbose_name='kind')),
                ('station', models.CharField(max_length=60, verbose_name='station')),
                ('op', models.PositiveIntegerField(null=True, verbose_name='operation')),
                ('good', models.PositiveIntegerField(default=0, verbose_name='good')),
                ('scrap', models.PositiveIntegerField(default=0, verbose_name='scrap')),
                ('reason', models.CharField(blank=True, default='', max_length=60, verbose_name='reason')),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('client_at', models.DateTimeField(verbose_name="by the terminal's clock")),
                ('at', models.DateTimeField(verbose_name='at')),
                ('received_at', models.DateTimeField(verbose_name='received at')),
                ('by', models.CharField(max_length=160, verbose_name='by')),
                ('person_id', models.BigIntegerField(null=True)),
                ('outcome', models.JSONField(default=dict)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shopfloor.line')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='shopfloor.workorder')),
                ('serial', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='shopfloor.serial')),
            ],
            options={
                'db_table': 'shopfloor_report',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='instructionstep',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('instruction', 'position'), name='shopfloor_instruction_step_place'),
        ),
        migrations.AddConstraint(
            model_name='instructionstep',
            constraint=models.CheckConstraint(condition=models.Q(('lower', None), ('upper', None), ('upper__gte', models.F('lower')), _connector='OR'), name='shopfloor_instruction_step_limits'),
        ),
        migrations.AddConstraint(
            model_name='instruction',
            constraint=models.UniqueConstraint(fields=('product', 'op', 'revision'), name='shopfloor_instruction_revision'),
        ),
        migrations.AddConstraint(
            model_name='instruction',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'released')), fields=('product', 'op'), name='shopfloor_instruction_one_released'),
        ),
        migrations.AddConstraint(
            model_name='routing',
            constraint=models.UniqueConstraint(fields=('product', 'revision'), name='shopfloor_routing_revision'),
        ),
        migrations.AddConstraint(
            model_name='routing',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'released')), fields=('product',), name='shopfloor_routing_one_released'),
        ),
        migrations.AddConstraint(
            model_name='operation',
            constraint=models.UniqueConstraint(fields=('routing', 'op'), name='shopfloor_operation_once'),
        ),
        migrations.AddConstraint(
            model_name='operation',
            constraint=models.CheckConstraint(condition=models.Q(('cycle_s__gt', 0)), name='shopfloor_operation_cycle'),
        ),
        migrations.AddConstraint(
            model_name='parthold',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('serial',), name='shopfloor_part_hold_one_open'),
        ),
        migrations.AddConstraint(
            model_name='parthold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('decision', '')), models.Q(('ended_at__gte', models.F('since_at')), models.Q(('decision', ''), _negated=True), models.Q(('decided_reason', ''), _negated=True)), _connector='OR'), name='shopfloor_part_hold_signed'),
        ),
        migrations.AddConstraint(
            model_name='override',
            constraint=models.UniqueConstraint(condition=models.Q(('used_at', None)), fields=('serial', 'line', 'station', 'op'), name='shopfloor_override_one_open'),
        ),
        migrations.AddIndex(
            model_name='operationrun',
            index=models.Index(fields=['line', 'station', '-begun_at'], name='shopfloor_run_station'),
        ),
        migrations.AddConstraint(
            model_name='operationrun',
            constraint=models.UniqueConstraint(fields=('serial', 'line', 'station', 'begun_at'), name='shopfloor_run_once'),
        ),
        migrations.AddConstraint(
            model_name='operationrun',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('serial',), name='shopfloor_run_one_open'),
        ),
        migrations.AddConstraint(
            model_name='operationrun',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('begun_at')), _connector='OR'), name='shopfloor_run_ends_later'),
        ),
        migrations.AddConstraint(
            model_name='operationrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('result', '')), models.Q(('ended_at__isnull', False), models.Q(('result', ''), _negated=True)), _connector='OR'), name='shopfloor_run_result'),
        ),
        migrations.AddIndex(
            model_name='signon',
            index=models.Index(condition=models.Q(('until_at', None)), fields=['line', 'station'], name='shopfloor_sign_on_here'),
        ),
        migrations.AddConstraint(
            model_name='signon',
            constraint=models.CheckConstraint(condition=models.Q(('until_at', None), ('until_at__gte', models.F('since_at')), _connector='OR'), name='shopfloor_sign_on_ends_later'),
        ),
        migrations.AddConstraint(
            model_name='signon',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func(models.F('person_id'), models.F('person_id'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('line_id'), models.F('line_id'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.Func(models.F('station'), models.Value(0), function='hashtextextended'), models.Func(models.F('station'), models.Value(0), function='hashtextextended'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('since_at'), models.F('until_at'), django.contrib.postgres.fields.ranges.RangeBoundary(), function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='shopfloor_sign_on_no_overlap'),
        ),
        migrations.AddConstraint(
            model_name='personskill',
            constraint=models.UniqueConstraint(fields=('org', 'person_id', 'skill'), name='shopfloor_person_skill_once'),
        ),
        migrations.AddConstraint(
            model_name='personskill',
            constraint=models.CheckConstraint(condition=models.Q(('level__gte', 1), ('level__lte', 4)), name='shopfloor_person_skill_level'),
        ),
        migrations.AddConstraint(
            model_name='stationhold',
            constraint=models.UniqueConstraint(condition=models.Q(('cleared_at', None)), fields=('line', 'station', 'source'), name='shopfloor_station_hold_once'),
        ),
        migrations.AddConstraint(
            model_name='stationhold',
            constraint=models.CheckConstraint(condition=models.Q(('cleared_at', None), ('cleared_at__gte', models.F('since_at')), _connector='OR'), name='shopfloor_station_hold_ends_later'),
        ),
        migrations.AddConstraint(
            model_name='stepcheck',
            constraint=models.UniqueConstraint(fields=('run', 'step', 'at'), name='shopfloor_step_check_once'),
        ),
        migrations.AddIndex(
            model_name='workorder',
            index=models.Index(fields=['line', 'status', 'priority', 'sequence'], name='shopfloor_order_queue'),
        ),
        migrations.AddConstraint(
            model_name='workorder',
            constraint=models.UniqueConstraint(fields=('org', 'number'), name='shopfloor_order_number'),
        ),
        migrations.AddConstraint(
            model_name='workorder',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('quantity__lte', 1000000)), name='shopfloor_order_quantity'),
        ),
        migrations.AddIndex(
            model_name='serial',
            index=models.Index(fields=['order', 'status'], name='shopfloor_serial_order'),
        ),
        migrations.AddIndex(
            model_name='serial',
            index=models.Index(fields=['org', 'lot'], name='shopfloor_serial_lot'),
        ),
        migrations.AddConstraint(
            model_name='serial',
            constraint=models.UniqueConstraint(fields=('org', 'serial'), name='shopfloor_serial_once'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.UniqueConstraint(condition=models.Q(('returned_at', None)), fields=('component',), name='shopfloor_reservation_one_order'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('consumed_by', None), ('consumed_at', None)), models.Q(('consumed_by__isnull', False), ('consumed_at__isnull', False), ('returned_at', None)), _connector='OR'), name='shopfloor_reservation_consumed'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.CheckConstraint(condition=models.Q(('consumed_by', None), models.Q(('consumed_by', models.F('component')), _negated=True), _connector='OR'), name='shopfloor_reservation_not_itself'),
        ),
        migrations.AddIndex(
            model_name='workreport',
            index=models.Index(fields=['line', 'station', '-at'], name='shopfloor_report_station'),
        ),
        migrations.AddIndex(
            model_name='workreport',
            index=models.Index(fields=['order', 'op'], name='shopfloor_report_order'),
        ),
        migrations.AddConstraint(
            model_name='workreport',
            constraint=models.UniqueConstraint(fields=('org', 'key'), name='shopfloor_report_once'),
        ),
        migrations.AddConstraint(
            model_name='workreport',
            constraint=models.CheckConstraint(condition=models.Q(('good__lte', 1000000), ('scrap__lte', 1000000)), name='shopfloor_report_pieces'),
        ),
        rls("shopfloor_product"),
        rls("shopfloor_routing"),
        rls("shopfloor_operation"),
        rls("shopfloor_order"),
        rls("shopfloor_serial"),
        rls("shopfloor_serial_counter"),
        rls("shopfloor_run"),
        rls("shopfloor_station_hold"),
        rls("shopfloor_picture"),
        rls("shopfloor_instruction"),
        rls("shopfloor_instruction_step"),
        rls("shopfloor_step_check"),
        rls("shopfloor_skill"),
        rls("shopfloor_person_skill"),
        rls("shopfloor_badge"),
        rls("shopfloor_sign_on"),
        rls("shopfloor_program"),
        rls("shopfloor_report"),
        rls("shopfloor_part_hold"),
        rls("shopfloor_override"),
        rls("shopfloor_reservation"),
        # a component is consumed only by a part of the order it was issued to: the pair must exist
        migrations.RunSQL(
            [
                "ALTER TABLE shopfloor_serial ADD CONSTRAINT shopfloor_serial_of_order UNIQUE (id, order_id)",
                "ALTER TABLE shopfloor_reservation ADD CONSTRAINT shopfloor_reservation_same_order"
                " FOREIGN KEY (consumed_by_id, order_id) REFERENCES shopfloor_serial (id, order_id)"
                " DEFERRABLE INITIALLY IMMEDIATE",
            ],
            [
                "ALTER TABLE shopfloor_reservation DROP CONSTRAINT shopfloor_reservation_same_order",
                "ALTER TABLE shopfloor_serial DROP CONSTRAINT shopfloor_serial_of_order",
            ],
        ),
        # what belongs to a released or retired revision never changes
        migrations.RunSQL(
            [
                """
                CREATE FUNCTION shopfloor_keep_released() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE
                    held text;
                    key bigint;
                BEGIN
                    key := (CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END ->> TG_ARGV[1])::bigint;
                    EXECUTE format('SELECT status FROM %I WHERE id = $1', TG_ARGV[0]) INTO held USING key;
                    IF held IN ('released', 'retired') THEN
                        RAISE EXCEPTION 'a released revision never changes' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
                END $$
                """,
                "CREATE TRIGGER shopfloor_operation_fixed BEFORE INSERT OR UPDATE OR DELETE ON shopfloor_operation"
                " FOR EACH ROW EXECUTE FUNCTION shopfloor_keep_released('shopfloor_routing', 'routing_id')",
                "CREATE TRIGGER shopfloor_step_fixed BEFORE INSERT OR UPDATE OR DELETE ON shopfloor_instruction_step"
                " FOR EACH ROW EXECUTE FUNCTION shopfloor_keep_released('shopfloor_instruction', 'instruction_id')",
            ],
            [
                "DROP TRIGGER shopfloor_step_fixed ON shopfloor_instruction_step",
                "DROP TRIGGER shopfloor_operation_fixed ON shopfloor_operation",
                "DROP FUNCTION shopfloor_keep_released()",
            ],
        ),
    ]
