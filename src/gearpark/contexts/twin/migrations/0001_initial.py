"""Models in revisions, runs, forecasts."""

import django.db.models.deletion
from django.db import migrations, models

from gearpark.kit.tenant import rls


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='LineModel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('code', models.SlugField(max_length=60, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('kind', models.CharField(choices=[('line', 'line'), ('study', 'study')], max_length=8, verbose_name='kind')),
                ('line', models.CharField(blank=True, default='', max_length=60, verbose_name='line')),
                ('archived', models.BooleanField(default=False, verbose_name='archived')),
                ('revision', models.PositiveIntegerField(verbose_name='revision')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='changed at')),
            ],
            options={
                'db_table': 'twin_model',
                'ordering': ['org', 'code'],
                'indexes': [models.Index(fields=['line'], name='twin_model_line')],
                'constraints': [models.UniqueConstraint(fields=('org', 'code'), name='twin_model_code')],
            },
        ),
        migrations.CreateModel(
            name='ModelRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('number', models.PositiveIntegerField(verbose_name='revision')),
                ('document', models.TextField(verbose_name='document')),
                ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ('layout', models.JSONField(blank=True, default=dict, verbose_name='drawing')),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('saved_by', models.CharField(max_length=160, verbose_name='saved by')),
                ('saved_at', models.DateTimeField(auto_now_add=True, verbose_name='saved at')),
                ('model', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='twin.linemodel')),
            ],
            options={
                'db_table': 'twin_revision',
                'ordering': ['model', '-number'],
            },
        ),
        migrations.CreateModel(
            name='Forecast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('line', models.CharField(max_length=60)),
                ('day', models.DateField(verbose_name='production day')),
                ('shift', models.CharField(max_length=60, verbose_name='shift')),
                ('at', models.DateTimeField(verbose_name='made at')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('made', models.PositiveIntegerField()),
                ('target', models.PositiveIntegerField()),
                ('mean', models.FloatField()),
                ('low', models.FloatField()),
                ('middle', models.FloatField()),
                ('high', models.FloatField()),
                ('reaches', models.FloatField()),
                ('path', models.JSONField(default=list)),
                ('sample', models.JSONField(default=list)),
                ('happened', models.PositiveIntegerField(null=True)),
                ('crps', models.FloatField(null=True)),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='forecasts', to='twin.modelrevision')),
            ],
            options={
                'db_table': 'twin_forecast',
                'ordering': ['-at'],
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('question', models.CharField(choices=[('run', 'run'), ('compare', 'compare'), ('bottleneck', 'bottleneck'), ('optimize', 'optimize'), ('study', 'study'), ('animation', 'animation')], max_length=12, verbose_name='question')),
                ('settings', models.JSONField(default=dict)),
                ('status', models.CharField(choices=[('waiting', 'waiting'), ('running', 'running'), ('done', 'done'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='waiting', max_length=10, verbose_name='status')),
                ('stop', models.BooleanField(default=False, verbose_name='to be cancelled')),
                ('done', models.PositiveIntegerField(default=0)),
                ('of', models.PositiveIntegerField(default=1)),
                ('result', models.JSONField(default=dict)),
                ('problem', models.JSONField(default=dict)),
                ('per_h', models.FloatField(null=True, verbose_name='good parts an hour')),
                ('per_h_half', models.FloatField(null=True)),
                ('asked_by', models.CharField(max_length=160, verbose_name='asked by')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('started_at', models.DateTimeField(null=True)),
                ('heard_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended at')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='twin.modelrevision')),
            ],
            options={
                'db_table': 'twin_run',
                'ordering': ['-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='modelrevision',
            constraint=models.UniqueConstraint(fields=('model', 'number'), name='twin_revision_number'),
        ),
        migrations.AddIndex(
            model_name='forecast',
            index=models.Index(condition=models.Q(('happened', None)), fields=['ends_at'], name='twin_forecast_open'),
        ),
        migrations.AddConstraint(
            model_name='forecast',
            constraint=models.UniqueConstraint(fields=('line', 'at'), name='twin_forecast_once'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['status', 'heard_at'], name='twin_run_open'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(('done__lte', models.F('of'))), name='twin_run_done'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), models.Q(('status__in', ('waiting', 'running')), _negated=True), _connector='OR'), name='twin_run_ended'),
        ),
        rls("twin_model"),
        rls("twin_revision"),
        rls("twin_run"),
        rls("twin_forecast"),
    ]
