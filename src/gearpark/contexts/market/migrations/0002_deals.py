"""Requests, quotations, orders with their stages and record; the money journal."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from gearpark.kit.tenant import ANYONE, frozen, party, rls

OPEN_TO = f"({ANYONE} AND state <> 'cancelled' AND (invited = '{{}}' OR invited::text[] && (SELECT string_to_array(current_setting('gearpark.orgs', true), ','))::text[]))"
OF_OPEN = "EXISTS (SELECT 1 FROM market_rfq r WHERE r.id = rfq_id)"
READABLE = f"({party('buyer')} AND readable_at <= clock_timestamp())"
BALANCED = """
CREATE FUNCTION market_entry_balanced() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF (SELECT sum(amount) FROM market_posting WHERE entry_id = NEW.entry_id) <> 0 THEN
    RAISE EXCEPTION 'the postings of entry % do not sum to 0', NEW.entry_id;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER market_posting_balanced AFTER INSERT ON market_posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION market_entry_balanced();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('market', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('counter', models.CharField(blank=True, default='', max_length=60)),
                ('key', models.CharField(max_length=120, unique=True)),
                ('what', models.CharField(max_length=20, verbose_name='what')),
                ('order_id', models.BigIntegerField(db_index=True, null=True)),
                ('currency', models.CharField(max_length=3)),
                ('at', models.DateTimeField()),
                ('actor', models.CharField(max_length=160)),
            ],
            options={
                'db_table': 'market_entry',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Quote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('buyer', models.CharField(max_length=60)),
                ('version', models.PositiveIntegerField()),
                ('by', models.CharField(choices=[('seller', 'seller'), ('buyer', 'buyer')], max_length=6)),
                ('digest', models.CharField(max_length=64)),
                ('sent_by', models.CharField(max_length=160)),
                ('sent_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'market_quote',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('kind', models.CharField(max_length=10)),
                ('currency', models.CharField(max_length=3)),
                ('balance', models.DecimalField(decimal_places=2, default=0, max_digits=18)),
            ],
            options={
                'db_table': 'market_account',
                'constraints': [models.UniqueConstraint(fields=('org', 'kind', 'currency'), name='market_account_once'), models.CheckConstraint(condition=models.Q(('kind', 'outside'), ('balance__gte', 0), _connector='OR'), name='market_account_covered')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='market.account')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='market.entry')),
            ],
            options={
                'db_table': 'market_posting',
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('seller', models.CharField(db_index=True, max_length=60)),
                ('number', models.CharField(max_length=30, unique=True, verbose_name='order number')),
                ('key', models.CharField(max_length=80)),
                ('body', models.CharField(max_length=64)),
                ('offer_id', models.BigIntegerField(null=True)),
                ('offer_revision', models.PositiveIntegerField(null=True)),
                ('title', models.CharField(max_length=160)),
                ('kind', models.CharField(max_length=40)),
                ('values', models.JSONField(default=dict)),
                ('qty', models.DecimalField(decimal_places=3, max_digits=16)),
                ('reserved', models.DecimalField(decimal_places=3, default=0, max_digits=16)),
                ('unit', models.CharField(max_length=10)),
                ('price', models.DecimalField(decimal_places=4, max_digits=16)),
                ('currency', models.CharField(max_length=3)),
                ('vat_rate', models.DecimalField(decimal_places=4, max_digits=5)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='amount')),
                ('state', models.CharField(choices=[('placed', 'placed'), ('confirmed', 'confirmed'), ('shipped', 'shipped'), ('received', 'received'), ('accepted', 'accepted'), ('disputed', 'disputed'), ('closed', 'closed'), ('cancelled', 'cancelled')], default='placed', max_length=10)),
                ('due_on', models.DateField(null=True)),
                ('shows', models.BooleanField(default=False)),
                ('job', models.BigIntegerField(db_index=True, null=True)),
                ('made', models.PositiveIntegerField(default=0)),
                ('scrapped', models.PositiveIntegerField(default=0)),
                ('placed_by', models.CharField(max_length=160)),
                ('placed_at', models.DateTimeField()),
                ('moved_at', models.DateTimeField()),
                ('quote', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='market.quote')),
            ],
            options={
                'db_table': 'market_order',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='QuoteContent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('buyer', models.CharField(max_length=60)),
                ('readable_at', models.DateTimeField()),
                ('price', models.DecimalField(decimal_places=4, max_digits=16)),
                ('landed', models.DecimalField(decimal_places=4, default=0, max_digits=16)),
                ('qty', models.DecimalField(decimal_places=3, max_digits=16)),
                ('lead_days', models.PositiveIntegerField()),
                ('valid_until', models.DateField()),
                ('values', models.JSONField(default=dict)),
                ('text', models.CharField(blank=True, max_length=2000)),
                ('nonce', models.CharField(max_length=32)),
                ('quote', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='content', to='market.quote')),
            ],
            options={
                'db_table': 'market_quote_content',
            },
        ),
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('seller', models.CharField(db_index=True, max_length=60)),
                ('quality', models.PositiveSmallIntegerField()),
                ('on_time', models.BooleanField()),
                ('text', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField()),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='rating', to='market.order')),
            ],
            options={
                'db_table': 'market_rating',
            },
        ),
        migrations.CreateModel(
            name='Rfq',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('kind', models.CharField(max_length=40, verbose_name='product class')),
                ('values', models.JSONField(default=dict)),
                ('text', models.TextField(blank=True, max_length=4000)),
                ('offer_id', models.BigIntegerField(null=True)),
                ('qty', models.DecimalField(decimal_places=3, max_digits=16, verbose_name='quantity')),
                ('unit', models.CharField(max_length=10)),
                ('target_price', models.DecimalField(decimal_places=4, max_digits=16, null=True)),
                ('needed_on', models.DateField(null=True)),
                ('delivery', models.CharField(blank=True, max_length=200)),
                ('sealed', models.BooleanField(default=True)),
                ('invited', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, size=None)),
                ('least_quotes', models.PositiveSmallIntegerField(default=1)),
                ('stages', models.JSONField(default=list)),
                ('closes_at', models.DateTimeField(verbose_name='closes at')),
                ('state', models.CharField(choices=[('open', 'open'), ('opened', 'opened'), ('awarded', 'awarded'), ('void', 'void'), ('cancelled', 'cancelled')], default='open', max_length=10)),
                ('made_by', models.CharField(max_length=160)),
                ('made_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'market_rfq',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['state', 'closes_at'], name='market_rfq_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('qty__gt', 0)), name='market_rfq_qty'), models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('made_at'))), name='market_rfq_closes_later')],
            },
        ),
        migrations.AddField(
            model_name='quote',
            name='rfq',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quotes', to='market.rfq'),
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('buyer', models.CharField(max_length=60)),
                ('text', models.CharField(max_length=1000)),
                ('asked_at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, default='', max_length=2000)),
                ('answered_at', models.DateTimeField(null=True)),
                ('rfq', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='market.rfq')),
            ],
            options={
                'db_table': 'market_question',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Stage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('seller', models.CharField(max_length=60)),
                ('number', models.PositiveSmallIntegerField()),
                ('when', models.CharField(choices=[('order', 'order'), ('shipment', 'shipment'), ('acceptance', 'acceptance'), ('warranty', 'warranty')], max_length=10)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18)),
                ('state', models.CharField(choices=[('due', 'due'), ('held', 'held'), ('released', 'released'), ('refunded', 'refunded')], default='due', max_length=8)),
                ('moved_at', models.DateTimeField(null=True)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stages', to='market.order')),
            ],
            options={
                'db_table': 'market_stage',
                'ordering': ['order', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Instruction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('seller', models.CharField(max_length=60)),
                ('kind', models.CharField(max_length=8)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18)),
                ('currency', models.CharField(max_length=3)),
                ('key', models.CharField(max_length=80, unique=True)),
                ('state', models.CharField(default='sent', max_length=10)),
                ('reference', models.CharField(blank=True, default='', max_length=120)),
                ('sent_by', models.CharField(max_length=160)),
                ('sent_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('stage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='instructions', to='market.stage')),
            ],
            options={
                'db_table': 'market_instruction',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='StatementLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('reference', models.CharField(max_length=120)),
                ('booked_on', models.DateField()),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18)),
                ('currency', models.CharField(max_length=3)),
                ('entry_id', models.BigIntegerField(null=True)),
                ('read_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'market_statement_line',
                'constraints': [models.UniqueConstraint(fields=('org', 'reference'), name='market_statement_once')],
            },
        ),
        migrations.CreateModel(
            name='DealEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('seller', models.CharField(max_length=60)),
                ('number', models.PositiveIntegerField()),
                ('by', models.CharField(choices=[('buyer', 'buyer'), ('seller', 'seller'), ('park', 'park')], max_length=6)),
                ('deed', models.CharField(max_length=20)),
                ('text', models.CharField(blank=True, max_length=2000)),
                ('details', models.JSONField(default=dict)),
                ('actor', models.CharField(max_length=160)),
                ('at', models.DateTimeField()),
                ('digest', models.CharField(max_length=64)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='market.order')),
            ],
            options={
                'db_table': 'market_deal_entry',
                'ordering': ['order', 'number'],
                'constraints': [models.UniqueConstraint(fields=('order', 'number'), name='market_deal_entry_number')],
            },
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(fields=('org', 'key'), name='market_order_once'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'cancelled'), _negated=True), fields=('quote',), name='market_order_one_per_version'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('qty__gt', 0), ('amount__gt', 0)), name='market_order_above_0'),
        ),
        migrations.AddConstraint(
            model_name='quotecontent',
            constraint=models.CheckConstraint(condition=models.Q(('price__gt', 0), ('qty__gt', 0)), name='market_quote_above_0'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(('quality__gte', 1), ('quality__lte', 5)), name='market_rating_stars'),
        ),
        migrations.AddConstraint(
            model_name='quote',
            constraint=models.UniqueConstraint(fields=('rfq', 'org', 'version'), name='market_quote_version'),
        ),
        migrations.AddConstraint(
            model_name='stage',
            constraint=models.UniqueConstraint(fields=('order', 'number'), name='market_stage_number'),
        ),
        migrations.AddIndex(
            model_name='instruction',
            index=models.Index(fields=['state'], name='market_instruction_state'),
        ),
        rls("market_rfq", also_reads=OPEN_TO),
        rls("market_question", also_reads=OF_OPEN, also_writes=party("buyer")),
        rls("market_quote", park_writes=False, also_reads=party("buyer"), also_writes=f"({party('buyer')} AND by = 'buyer')"),
        frozen("market_quote"),
        rls("market_quote_content", park_reads=False, park_writes=False, also_reads=READABLE, also_writes=party("buyer")),
        frozen("market_quote_content"),
        rls("market_order", also_reads=party("seller"), also_writes=party("seller")),
        rls("market_stage", also_reads=party("seller"), also_writes=party("seller")),
        rls("market_instruction", also_reads=party("seller"), also_writes=party("seller")),
        rls("market_deal_entry", also_reads=party("seller"), also_writes=party("seller")),
        frozen("market_deal_entry"),
        rls("market_rating", everyone_reads=True),
        frozen("market_rating"),
        rls("market_account"),
        rls("market_entry", also_reads=party("counter")),
        frozen("market_entry"),
        rls("market_posting"),
        frozen("market_posting"),
        rls("market_statement_line"),
        migrations.RunSQL(BALANCED, "DROP TRIGGER market_posting_balanced ON market_posting; DROP FUNCTION market_entry_balanced"),
    ]
