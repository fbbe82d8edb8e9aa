"""Lines with their targets, alarms people took note of."""

import django.db.models.deletion
from django.db import migrations, models

from gearpark.kit.tenant import rls


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Potline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('code', models.CharField(max_length=60, verbose_name='code')),
                ('name_en', models.CharField(max_length=120, verbose_name='name')),
                ('name_zh', models.CharField(blank=True, default='', max_length=120, verbose_name='Chinese name')),
                ('cells', models.PositiveIntegerField(verbose_name='cells')),
                ('rooms', models.PositiveIntegerField(default=2, verbose_name='rows')),
                ('targets', models.JSONField(default=dict, verbose_name='targets')),
                ('revision', models.PositiveIntegerField(default=1, verbose_name='revision')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='changed at')),
            ],
            options={
                'db_table': 'potline_line',
                'ordering': ['org', 'code'],
                'constraints': [models.UniqueConstraint(fields=('org', 'code'), name='potline_line_code'), models.CheckConstraint(condition=models.Q(('cells__gte', 1), ('cells__lte', 1000)), name='potline_line_cells'), models.CheckConstraint(condition=models.Q(('rooms__gte', 1), ('rooms__lte', 8)), name='potline_line_rooms')],
            },
        ),
        migrations.CreateModel(
            name='AlarmSeen',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('cell', models.PositiveIntegerField(verbose_name='cell')),
                ('alarm', models.CharField(max_length=40, verbose_name='alarm')),
                ('began_at', models.DateTimeField(verbose_name='began at')),
                ('by', models.CharField(max_length=160, verbose_name='seen by')),
                ('at', models.DateTimeField(verbose_name='seen at')),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seen', to='potline.potline')),
            ],
            options={
                'db_table': 'potline_alarm_seen',
                'ordering': ['-began_at'],
                'constraints': [models.UniqueConstraint(fields=('line', 'cell', 'alarm', 'began_at'), name='potline_alarm_once')],
            },
        ),
        rls("potline_line"),
        rls("potline_alarm_seen"),
    ]
