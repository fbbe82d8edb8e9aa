"""Products, routings, orders, serials, what was done to them, by whom and after which instruction."""

import django.db.models.deletion
from django.db import migrations, models

from gearpark.kit.tenant import rls


class Migration(migrations.Migration):

    dependencies = [
        ('shopfloor', '0001_initial'),
    ]

    operations = [
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
                ('kind', models.CharField(choices=[('start', 'start'), ('good', 'good'), ('scrap', 'scrap'), ('rework', 'rework'), ('abort', 'abort'), ('hold', 'hold'), ('check', 'check'), ('consume', 'consume'), ('count', 'count'), ('sign-on', 'sign-on'), ('sign-off', 'sign-off')], max_length=12, verbose_name='kind')),
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
        migrations.AddConstraint(
            model_name='stationhold',
            constraint=models.UniqueConstraint(condition=models.Q(('cleared_at', None)), fields=('line', 'station', 'source'), name='shopfloor_station_hold_once'),
        ),
        migrations.AddConstraint(
            model_name='stationhold',
            constraint=models.CheckConstraint(condition=models.Q(('cleared_at', None), ('cleared_at__gte', models.F('since_at')), _connector='OR'), name='shopfloor_station_hold_ends_later'),
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
    ]
