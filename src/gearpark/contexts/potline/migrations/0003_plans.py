"""Plans of tapping and anode changes, and the crew's orders."""

import django.db.models.deletion
from django.db import migrations, models

from gearpark.kit.tenant import rls


class Migration(migrations.Migration):

    dependencies = [
        ('potline', '0002_campaigns'),
    ]

    operations = [
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('day', models.DateField(verbose_name='day')),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('solving', 'solving'), ('draft', 'draft'), ('failed', 'failed'), ('released', 'released'), ('withdrawn', 'withdrawn')], default='waiting', max_length=12, verbose_name='state')),
                ('rules', models.JSONField(default=dict)),
                ('wanted', models.JSONField(default=list)),
                ('case', models.JSONField(default=dict)),
                ('result', models.JSONField(default=dict)),
                ('unknown', models.JSONField(default=dict)),
                ('problem', models.JSONField(default=dict)),
                ('made_by', models.CharField(max_length=160, verbose_name='made by')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('released_by', models.CharField(blank=True, default='', max_length=160, verbose_name='released by')),
                ('released_at', models.DateTimeField(null=True, verbose_name='released at')),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='plans', to='potline.potline')),
            ],
            options={
                'db_table': 'potline_plan',
                'ordering': ['-day', '-id'],
            },
        ),
        migrations.CreateModel(
            name='WorkOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('day', models.DateField(verbose_name='day')),
                ('shift', models.PositiveSmallIntegerField(verbose_name='shift')),
                ('kind', models.CharField(choices=[('tap', 'tap'), ('anode', 'anode')], max_length=8, verbose_name='work')),
                ('cell', models.PositiveIntegerField(verbose_name='cell')),
                ('due', models.PositiveSmallIntegerField(default=0)),
                ('ladle', models.PositiveIntegerField(default=0, verbose_name='ladle')),
                ('grade', models.CharField(blank=True, default='', max_length=20, verbose_name='grade')),
                ('planned_kg', models.FloatField(default=0, verbose_name='planned, kg')),
                ('state', models.CharField(choices=[('open', 'open'), ('done', 'done'), ('skipped', 'skipped')], default='open', max_length=8, verbose_name='state')),
                ('kg', models.FloatField(null=True, verbose_name='weighed, kg')),
                ('by', models.CharField(blank=True, default='', max_length=160)),
                ('at', models.DateTimeField(null=True)),
                ('source', models.CharField(blank=True, default='', max_length=8)),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='orders', to='potline.potline')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='orders', to='potline.plan')),
            ],
            options={
                'db_table': 'potline_work',
                'ordering': ['day', 'shift', 'ladle', 'cell'],
            },
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'released')), fields=('line', 'day'), name='potline_plan_released'),
        ),
        migrations.AddIndex(
            model_name='workorder',
            index=models.Index(fields=['line', 'day', 'shift'], name='potline_work_shift'),
        ),
        migrations.AddConstraint(
            model_name='workorder',
            constraint=models.UniqueConstraint(fields=('plan', 'kind', 'cell', 'due'), name='potline_work_once'),
        ),
        migrations.AddConstraint(
            model_name='workorder',
            constraint=models.CheckConstraint(condition=models.Q(('kg__isnull', True), ('kg__gte', 0), _connector='OR'), name='potline_work_kg'),
        ),
        rls("potline_plan"),
        rls("potline_work"),
    ]
