"""Offers, their revisions, prices, files, the queue to the search index, saved searches."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from gearpark.kit.tenant import frozen, party, rls

LISTED = "state = 'listed'"
OF_LISTED = "EXISTS (SELECT 1 FROM market_offer o WHERE o.id = offer_id AND o.state = 'listed')"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Unindexed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('offer_id', models.BigIntegerField(unique=True)),
                ('at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'db_table': 'market_unindexed',
            },
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('part_no', models.CharField(max_length=60, verbose_name='part number')),
                ('kind', models.CharField(max_length=40, verbose_name='product class')),
                ('title_en', models.CharField(blank=True, max_length=160, verbose_name='title (English)')),
                ('title_zh', models.CharField(blank=True, max_length=160, verbose_name='title (Chinese)')),
                ('text_en', models.TextField(blank=True, max_length=4000)),
                ('text_zh', models.TextField(blank=True, max_length=4000)),
                ('values', models.JSONField(default=dict)),
                ('malls', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('unit', models.CharField(max_length=10, verbose_name='unit')),
                ('currency', models.CharField(default='CNY', max_length=3, verbose_name='currency')),
                ('price', models.DecimalField(decimal_places=4, max_digits=16, null=True, verbose_name='price')),
                ('vat_rate', models.DecimalField(decimal_places=4, max_digits=5)),
                ('tiers', models.JSONField(default=list)),
                ('min_qty', models.DecimalField(decimal_places=3, default=1, max_digits=16)),
                ('step_qty', models.DecimalField(decimal_places=3, default=1, max_digits=16)),
                ('lead_days', models.PositiveIntegerField(null=True, verbose_name='lead time')),
                ('on_hand', models.DecimalField(decimal_places=3, default=0, max_digits=16, verbose_name='on hand')),
                ('reserved', models.DecimalField(decimal_places=3, default=0, max_digits=16, verbose_name='reserved')),
                ('line', models.CharField(blank=True, default='', max_length=60)),
                ('shows', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('draft', 'draft'), ('listed', 'listed'), ('withdrawn', 'withdrawn')], default='draft', max_length=10, verbose_name='state')),
                ('findings', models.JSONField(default=list)),
                ('revision', models.PositiveIntegerField(default=1, verbose_name='revision')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='changed at')),
                ('listed_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'market_offer',
                'ordering': ['-changed_at'],
                'indexes': [models.Index(fields=['state', 'kind'], name='market_offer_state_kind')],
                'constraints': [models.UniqueConstraint(fields=('org', 'part_no'), name='market_offer_part_no'), models.CheckConstraint(condition=models.Q(('reserved__gte', 0), ('reserved__lte', models.F('on_hand'))), name='market_offer_never_oversold'), models.CheckConstraint(condition=models.Q(('price', None), ('price__gt', 0), _connector='OR'), name='market_offer_price'), models.CheckConstraint(condition=models.Q(('min_qty__gt', 0), ('step_qty__gt', 0)), name='market_offer_quantities')],
            },
        ),
        migrations.CreateModel(
            name='SavedSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('person_id', models.BigIntegerField()),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('query', models.CharField(max_length=1000)),
                ('seen_at', models.DateTimeField()),
                ('made_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'db_table': 'market_saved_search',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('org', 'person_id', 'name'), name='market_saved_search_name')],
            },
        ),
        migrations.CreateModel(
            name='ContractPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('buyer', models.CharField(max_length=60, verbose_name='buyer')),
                ('price', models.DecimalField(decimal_places=4, max_digits=16, verbose_name='price')),
                ('from_qty', models.DecimalField(decimal_places=3, default=1, max_digits=16)),
                ('from_on', models.DateField(verbose_name='from')),
                ('until_on', models.DateField(null=True, verbose_name='until')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contract_prices', to='market.offer')),
            ],
            options={
                'db_table': 'market_contract_price',
                'ordering': ['offer', 'buyer', '-from_on', 'from_qty'],
                'constraints': [models.UniqueConstraint(fields=('offer', 'buyer', 'from_on', 'from_qty'), name='market_contract_price_once'), models.CheckConstraint(condition=models.Q(('price__gt', 0)), name='market_contract_price_above_0'), models.CheckConstraint(condition=models.Q(('until_on', None), ('until_on__gt', models.F('from_on')), _connector='OR'), name='market_contract_price_period')],
            },
        ),
        migrations.CreateModel(
            name='OfferFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('kind', models.CharField(choices=[('picture', 'picture'), ('datasheet', 'datasheet'), ('drawing', 'drawing'), ('cad', 'cad'), ('certificate', 'certificate')], max_length=12, verbose_name='kind')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('media', models.CharField(max_length=80)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('content', models.BinaryField()),
                ('standard', models.CharField(blank=True, default='', max_length=80, verbose_name='standard')),
                ('number', models.CharField(blank=True, default='', max_length=80, verbose_name='number')),
                ('expires_on', models.DateField(null=True, verbose_name='valid until')),
                ('added_by', models.CharField(max_length=160)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='market.offer')),
            ],
            options={
                'db_table': 'market_offer_file',
                'ordering': ['offer', 'kind', 'name'],
                'constraints': [models.UniqueConstraint(fields=('offer', 'sha256'), name='market_offer_file_once')],
            },
        ),
        migrations.CreateModel(
            name='OfferRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('org', models.CharField(db_index=True, max_length=60)),
                ('number', models.PositiveIntegerField()),
                ('document', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('saved_by', models.CharField(max_length=160)),
                ('saved_at', models.DateTimeField(auto_now_add=True)),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='market.offer')),
            ],
            options={
                'db_table': 'market_offer_revision',
                'ordering': ['offer', '-number'],
                'constraints': [models.UniqueConstraint(fields=('offer', 'number'), name='market_offer_revision_number')],
            },
        ),
        rls("market_offer", also_reads=LISTED),
        rls("market_offer_revision"),
        frozen("market_offer_revision"),
        rls("market_contract_price", park_writes=False, also_reads=party("buyer")),
        rls("market_offer_file", also_reads=OF_LISTED),
        rls("market_unindexed"),
        rls("market_saved_search", park_writes=False),
    ]
