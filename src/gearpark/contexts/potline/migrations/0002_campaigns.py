"""Ordered set-points and the changes of them."""

import django.db.models.deletion
from django.db import migrations, models

from gearpark.kit.tenant import rls


class Migration(migrations.Migration):

    dependencies = [
        ('potline', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='potline',
            name='set_points',
            field=models.JSONField(blank=True, default=dict, verbose_name='ordered set-points'),
        ),
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('trying', 'trying'), ('tried', 'tried'), ('failed', 'failed'), ('approved', 'approved'), ('applied', 'applied'), ('taken_back', 'taken_back'), ('kept', 'kept'), ('dropped', 'dropped')], default='waiting', max_length=12, verbose_name='state')),
                ('changes', models.JSONField(verbose_name='changes')),
                ('before', models.JSONField(default=dict)),
                ('done', models.PositiveIntegerField(default=0)),
                ('of', models.PositiveIntegerField(default=1)),
                ('result', models.JSONField(default=list)),
                ('problem', models.JSONField(default=dict)),
                ('made_by', models.CharField(max_length=160, verbose_name='made by')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('approved_by', models.CharField(blank=True, default='', max_length=160, verbose_name='approved by')),
                ('applied_by', models.CharField(blank=True, default='', max_length=160, verbose_name='applied by')),
                ('applied_at', models.DateTimeField(null=True, verbose_name='applied at')),
                ('ended_by', models.CharField(blank=True, default='', max_length=160)),
                ('ended_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, default='', max_length=400, verbose_name='note')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='campaigns', to='potline.potline')),
            ],
            options={
                'db_table': 'potline_campaign',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'applied')), fields=('line',), name='potline_campaign_applied'), models.CheckConstraint(condition=models.Q(('approved_by', ''), models.Q(('approved_by', models.F('made_by')), _negated=True), _connector='OR'), name='potline_campaign_two')],
            },
        ),
        rls("potline_campaign"),
    ]
