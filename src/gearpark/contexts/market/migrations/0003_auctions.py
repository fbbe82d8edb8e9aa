"""Auctions, bids, deposits."""

import django.db.models.deletion
from django.db import migrations, models

from gearpark.kit.tenant import frozen, rls

HOSTED = "EXISTS (SELECT 1 FROM market_auction a WHERE a.id = auction_id AND a.state <> 'planned' AND a.org = ANY ((SELECT string_to_array(current_setting('gearpark.orgs', true), ','))::text[]))"


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0002_deals'),
    ]

    operations = [
        migrations.AddField(
            model_name='instruction',
            name='deposit_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='instruction',
            name='stage',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='instructions', to='market.stage'),
        ),
        migrations.CreateModel(
            name='Auction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('kind', models.CharField(choices=[('english', 'english'), ('reverse', 'reverse'), ('dutch', 'dutch')], max_length=8, verbose_name='kind')),
                ('product', models.CharField(max_length=40, verbose_name='product class')),
                ('offer_id', models.BigIntegerField(null=True)),
                ('values', models.JSONField(default=dict)),
                ('text', models.CharField(blank=True, max_length=2000)),
                ('qty', models.DecimalField(decimal_places=3, max_digits=16, verbose_name='quantity')),
                ('unit', models.CharField(max_length=10)),
                ('start', models.DecimalField(decimal_places=4, max_digits=16)),
                ('step', models.DecimalField(decimal_places=4, max_digits=16)),
                ('floor', models.DecimalField(decimal_places=4, default=0, max_digits=16)),
                ('deposit', models.DecimalField(decimal_places=2, default=0, max_digits=18)),
                ('opens_at', models.DateTimeField(verbose_name='opens at')),
                ('ends_at', models.DateTimeField(verbose_name='ends at')),
                ('announced_end', models.DateTimeField()),
                ('hard_stop', models.DateTimeField()),
                ('window_s', models.PositiveIntegerField(default=300)),
                ('extend_s', models.PositiveIntegerField(default=300)),
                ('interval_s', models.PositiveIntegerField(default=60)),
                ('least_bidders', models.PositiveSmallIntegerField(default=1)),
                ('ties', models.BooleanField(default=False)),
                ('has_reserve', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('planned', 'planned'), ('sold', 'sold'), ('void', 'void'), ('cancelled', 'cancelled')], default='planned', max_length=10)),
                ('best', models.DecimalField(decimal_places=4, max_digits=16, null=True)),
                ('bids', models.PositiveIntegerField(default=0)),
                ('bidders', models.PositiveIntegerField(default=0)),
                ('taken', models.BooleanField(default=False)),
                ('ladder', models.JSONField(default=list)),
                ('made_by', models.CharField(max_length=160)),
                ('made_at', models.DateTimeField()),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='market.order')),
            ],
            options={
                'db_table': 'market_auction',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='AuctionSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('reserve', models.DecimalField(decimal_places=4, max_digits=16, null=True)),
                ('leader', models.CharField(blank=True, default='', max_length=60)),
                ('limit', models.DecimalField(decimal_places=4, max_digits=16, null=True)),
                ('bidders', models.JSONField(default=list)),
                ('auction', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='secret', to='market.auction')),
            ],
            options={
                'db_table': 'market_auction_secret',
            },
        ),
        migrations.CreateModel(
            name='Bid',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('number', models.PositiveIntegerField()),
                ('price', models.DecimalField(decimal_places=4, max_digits=16)),
                ('limit', models.DecimalField(decimal_places=4, max_digits=16, null=True)),
                ('at', models.DateTimeField()),
                ('sent_by', models.CharField(max_length=160)),
                ('auction', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='all_bids', to='market.auction')),
            ],
            options={
                'db_table': 'market_bid',
                'ordering': ['auction', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Deposit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('alias', models.PositiveIntegerField()),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18)),
                ('state', models.CharField(choices=[('sent', 'sent'), ('held', 'held'), ('released', 'released'), ('forfeited', 'forfeited')], default='sent', max_length=10)),
                ('at', models.DateTimeField()),
                ('auction', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deposits', to='market.auction')),
            ],
            options={
                'db_table': 'market_deposit',
            },
        ),
        migrations.AddIndex(
            model_name='auction',
            index=models.Index(fields=['state', 'ends_at'], name='market_auction_open'),
        ),
        migrations.AddConstraint(
            model_name='auction',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__lte', models.F('hard_stop'))), name='market_auction_hard_stop'),
        ),
        migrations.AddConstraint(
            model_name='auction',
            constraint=models.CheckConstraint(condition=models.Q(('qty__gt', 0), ('step__gt', 0)), name='market_auction_above_0'),
        ),
        migrations.AddConstraint(
            model_name='bid',
            constraint=models.UniqueConstraint(fields=('auction', 'number'), name='market_bid_number'),
        ),
        migrations.AddConstraint(
            model_name='deposit',
            constraint=models.UniqueConstraint(fields=('auction', 'org'), name='market_deposit_once'),
        ),
        migrations.AddConstraint(
            model_name='deposit',
            constraint=models.UniqueConstraint(fields=('auction', 'alias'), name='market_deposit_alias'),
        ),
        rls("market_auction", everyone_reads=True),
        rls("market_auction_secret"),
        rls("market_bid", also_reads=HOSTED),
        frozen("market_bid"),
        rls("market_deposit"),
    ]
