"""Products, routings, operations, work orders and serials."""

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
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'db_table': 'shopfloor_product',
                'ordering': ['org', 'code'],
                'constraints': [models.UniqueConstraint(fields=('org', 'code'), name='shopfloor_product_code')],
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
            name='WorkOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('number', models.CharField(max_length=60, verbose_name='order')),
                ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
                ('lot', models.CharField(blank=True, default='', max_length=60, verbose_name='lot')),
                ('customer_ref', models.CharField(blank=True, default='', max_length=120, verbose_name='customer reference')),
                ('due_on', models.DateField(null=True, verbose_name='due')),
                ('priority', models.PositiveSmallIntegerField(default=50, verbose_name='priority')),
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
            ],
            options={
                'db_table': 'shopfloor_order',
                'ordering': ['org', 'number'],
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
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='serials', to='shopfloor.workorder')),
            ],
            options={
                'db_table': 'shopfloor_serial',
                'ordering': ['id'],
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
        migrations.AddIndex(
            model_name='workorder',
            index=models.Index(fields=['line', 'status', 'priority'], name='shopfloor_order_queue'),
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
        rls("shopfloor_product"),
        rls("shopfloor_routing"),
        rls("shopfloor_operation"),
        rls("shopfloor_order"),
        rls("shopfloor_serial"),
    ]
