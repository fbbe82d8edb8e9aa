"""Measured values by time, control charts with frozen limits, signals, gauge studies, sampling schemes."""

import django.db.models.deletion
from django.db import migrations, models

from gearpark.kit.tenant import rls

APPEND_ONLY = ("shopfloor_limits", "shopfloor_inspected_lot")
# Approved limits and verdicts of lots are never changed: what they judged stays judged by them.
GUARDS = "".join(
    f"""
CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION shopfloor_is_append_only();
CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION shopfloor_is_append_only();
"""
    for table in APPEND_ONLY
)
OPEN = "".join(
    f"DROP TRIGGER {table}_rows ON {table}; DROP TRIGGER {table}_whole ON {table};" for table in APPEND_ONLY
)


class Migration(migrations.Migration):
    dependencies = [("shopfloor", "0003_trace")]

    operations = [
        migrations.CreateModel(
            name='GaugeStudy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('kind', models.CharField(choices=[('grr', 'grr'), ('type1', 'type1'), ('linearity', 'linearity'), ('bias', 'bias'), ('agreement', 'agreement')], max_length=10, verbose_name='study')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('line_asset', models.CharField(blank=True, default='', max_length=60, verbose_name='line')),
                ('gauge', models.CharField(blank=True, default='', max_length=60, verbose_name='gauge')),
                ('characteristic', models.CharField(blank=True, default='', max_length=60, verbose_name='characteristic')),
                ('rows', models.JSONField(default=list)),
                ('options', models.JSONField(default=dict)),
                ('result', models.JSONField(default=dict)),
                ('verdict', models.CharField(max_length=20, verbose_name='verdict')),
                ('data_hash', models.CharField(max_length=64)),
                ('made_by', models.CharField(max_length=160, verbose_name='made by')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('approved_by', models.CharField(blank=True, default='', max_length=160, verbose_name='approved by')),
                ('approved_at', models.DateTimeField(null=True, verbose_name='approved at')),
            ],
            options={
                'db_table': 'shopfloor_study',
                'ordering': ['-made_at'],
            },
        ),
        migrations.CreateModel(
            name='ControlChart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('characteristic', models.CharField(max_length=60, verbose_name='characteristic')),
                ('maker', models.CharField(blank=True, default='', max_length=60, verbose_name='made at')),
                ('kind', models.CharField(choices=[('i_mr', 'i_mr'), ('xbar_r', 'xbar_r'), ('xbar_s', 'xbar_s'), ('ewma', 'ewma'), ('cusum', 'cusum')], max_length=8, verbose_name='chart')),
                ('size', models.PositiveSmallIntegerField(default=1, verbose_name='values a point')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('judged_until', models.DateTimeField(null=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='charts', to='shopfloor.line')),
            ],
            options={
                'db_table': 'shopfloor_chart',
                'ordering': ['line', 'characteristic', 'maker', 'kind'],
            },
        ),
        migrations.CreateModel(
            name='ControlLimits',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('effective_at', models.DateTimeField(verbose_name='in force from')),
                ('location', models.JSONField()),
                ('spread', models.JSONField(null=True)),
                ('rules', models.JSONField(default=list, verbose_name='rules')),
                ('holds', models.JSONField(default=list, verbose_name='rules that hold the station')),
                ('options', models.JSONField(default=dict)),
                ('data_from', models.DateTimeField(verbose_name='data from')),
                ('data_to', models.DateTimeField(verbose_name='data to')),
                ('approved_by', models.CharField(max_length=160, verbose_name='approved by')),
                ('approved_at', models.DateTimeField(verbose_name='approved at')),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('chart', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='limits', to='shopfloor.controlchart')),
            ],
            options={
                'db_table': 'shopfloor_limits',
                'ordering': ['chart', '-version'],
            },
        ),
        migrations.CreateModel(
            name='ChartSignal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('rule', models.CharField(max_length=20, verbose_name='rule')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('serial', models.CharField(blank=True, default='', max_length=60, verbose_name='serial')),
                ('value', models.FloatField(verbose_name='value')),
                ('z', models.FloatField(verbose_name='distance')),
                ('found_at', models.DateTimeField(verbose_name='found at')),
                ('late', models.BooleanField(default=False, verbose_name='came late')),
                ('held', models.BooleanField(default=False, verbose_name='station held')),
                ('cause', models.CharField(blank=True, default='', max_length=400, verbose_name='cause')),
                ('action', models.CharField(blank=True, default='', max_length=400, verbose_name='action')),
                ('closed_by', models.CharField(blank=True, default='', max_length=160, verbose_name='closed by')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='closed at')),
                ('chart', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signals', to='shopfloor.controlchart')),
                ('limits', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shopfloor.controllimits')),
            ],
            options={
                'db_table': 'shopfloor_signal',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Sample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('characteristic', models.CharField(max_length=60, verbose_name='characteristic')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('serial', models.CharField(blank=True, default='', max_length=60, verbose_name='serial')),
                ('value', models.FloatField(verbose_name='value')),
                ('station', models.CharField(blank=True, default='', max_length=60, verbose_name='station')),
                ('maker', models.CharField(blank=True, default='', max_length=60, verbose_name='made at')),
                ('gauge', models.CharField(blank=True, default='', max_length=60, verbose_name='gauge')),
                ('source', models.CharField(choices=[('line', 'line'), ('person', 'person'), ('import', 'import')], max_length=8, verbose_name='source')),
                ('by', models.CharField(blank=True, default='', max_length=160, verbose_name='by')),
                ('left_out', models.CharField(blank=True, default='', max_length=400, verbose_name='left out because')),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='shopfloor.line')),
            ],
            options={
                'db_table': 'shopfloor_sample',
            },
        ),
        migrations.CreateModel(
            name='SamplingScheme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('code', models.CharField(max_length=60, verbose_name='scheme')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('supplier', models.CharField(blank=True, default='', max_length=120, verbose_name='supplier')),
                ('level', models.CharField(default='II', max_length=4, verbose_name='inspection level')),
                ('aql', models.CharField(max_length=12, verbose_name='AQL')),
                ('steady', models.BooleanField(default=True, verbose_name='steady production')),
                ('authorised', models.BooleanField(default=False, verbose_name='reduced inspection agreed')),
                ('severity', models.CharField(default='normal', max_length=12, verbose_name='severity')),
                ('recent', models.JSONField(default=list)),
                ('rejected', models.PositiveIntegerField(default=0)),
                ('score', models.PositiveIntegerField(default=0, verbose_name='switching score')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('product', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shopfloor.product')),
            ],
            options={
                'db_table': 'shopfloor_scheme',
                'ordering': ['org', 'code'],
            },
        ),
        migrations.CreateModel(
            name='InspectedLot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('lot', models.CharField(max_length=60, verbose_name='lot')),
                ('attempt', models.PositiveSmallIntegerField(default=1, verbose_name='attempt')),
                ('size', models.PositiveIntegerField(verbose_name='lot size')),
                ('severity', models.CharField(max_length=12, verbose_name='severity')),
                ('code', models.CharField(max_length=2, verbose_name='code letter')),
                ('sample', models.PositiveIntegerField(verbose_name='sample size')),
                ('ac', models.PositiveIntegerField(verbose_name='Ac')),
                ('re', models.PositiveIntegerField(verbose_name='Re')),
                ('found', models.PositiveIntegerField(verbose_name='nonconforming')),
                ('accepted', models.BooleanField(verbose_name='accepted')),
                ('severity_after', models.CharField(max_length=12, verbose_name='next lot')),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('by', models.CharField(max_length=160, verbose_name='by')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('scheme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inspected', to='shopfloor.samplingscheme')),
            ],
            options={
                'db_table': 'shopfloor_inspected_lot',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='SpcMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('received_us', models.BigIntegerField(default=0)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='spc_mark', to='shopfloor.line')),
            ],
            options={
                'db_table': 'shopfloor_spc_mark',
            },
        ),
        migrations.AddConstraint(
            model_name='controlchart',
            constraint=models.UniqueConstraint(fields=('line', 'characteristic', 'maker', 'kind'), name='shopfloor_chart_once'),
        ),
        migrations.AddConstraint(
            model_name='controlchart',
            constraint=models.CheckConstraint(condition=models.Q(('size__gte', 1), ('size__lte', 25)), name='shopfloor_chart_size'),
        ),
        migrations.AddConstraint(
            model_name='controllimits',
            constraint=models.UniqueConstraint(fields=('chart', 'version'), name='shopfloor_limits_version'),
        ),
        migrations.AddConstraint(
            model_name='controllimits',
            constraint=models.UniqueConstraint(fields=('chart', 'effective_at'), name='shopfloor_limits_moment'),
        ),
        migrations.AddIndex(
            model_name='chartsignal',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['org', '-at'], name='shopfloor_signal_open'),
        ),
        migrations.AddConstraint(
            model_name='chartsignal',
            constraint=models.UniqueConstraint(fields=('chart', 'limits', 'rule', 'at'), name='shopfloor_signal_once'),
        ),
        migrations.AddConstraint(
            model_name='chartsignal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action', ''), ('cause', ''), ('closed_at', None)), models.Q(('closed_at__isnull', False), models.Q(('cause', ''), _negated=True)), _connector='OR'), name='shopfloor_signal_closed'),
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.UniqueConstraint(fields=('line', 'characteristic', 'at', 'station', 'serial'), name='shopfloor_sample_once'),
        ),
        migrations.AddConstraint(
            model_name='samplingscheme',
            constraint=models.UniqueConstraint(fields=('org', 'code'), name='shopfloor_scheme_code'),
        ),
        migrations.AddConstraint(
            model_name='inspectedlot',
            constraint=models.UniqueConstraint(fields=('scheme', 'lot', 'attempt'), name='shopfloor_inspected_lot_once'),
        ),
        migrations.AddConstraint(
            model_name='inspectedlot',
            constraint=models.CheckConstraint(condition=models.Q(('found__lte', models.F('sample'))), name='shopfloor_inspected_lot_found'),
        ),
        migrations.CreateModel(
            name='Escape',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('at', models.DateTimeField(verbose_name='found at')),
                ('reason', models.CharField(max_length=400, verbose_name='reason')),
                ('by', models.CharField(max_length=160, verbose_name='by')),
                ('serial', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='escape', to='shopfloor.serial')),
            ],
            options={
                'db_table': 'shopfloor_escape',
                'ordering': ['-at'],
            },
        ),
        migrations.CreateModel(
            name='PassTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('target', models.CharField(max_length=12, verbose_name='target')),
                ('confidence', models.FloatField(default=0.95, verbose_name='confidence')),
                ('since_at', models.DateTimeField(verbose_name='pieces count from')),
                ('set_by', models.CharField(max_length=160, verbose_name='set by')),
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='pass_target', to='shopfloor.line')),
            ],
            options={
                'db_table': 'shopfloor_pass_target',
                'constraints': [models.CheckConstraint(condition=models.Q(('confidence__gt', 0.5), ('confidence__lt', 1)), name='shopfloor_pass_target_confidence')],
            },
        ),
        rls("shopfloor_sample"),
        rls("shopfloor_spc_mark"),
        rls("shopfloor_chart"),
        rls("shopfloor_limits"),
        rls("shopfloor_signal"),
        rls("shopfloor_study"),
        rls("shopfloor_scheme"),
        rls("shopfloor_inspected_lot"),
        rls("shopfloor_escape"),
        rls("shopfloor_pass_target"),
        migrations.RunSQL(GUARDS, OPEN),
    ]
