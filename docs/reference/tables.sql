-- Tables of the records, for ClickHouse.
CREATE DATABASE IF NOT EXISTS mpedge;

CREATE TABLE IF NOT EXISTS mpedge.trades (
  exchange_name LowCardinality(String) COMMENT 'where it happened' CODEC(ZSTD(1)),
  symbol_name LowCardinality(String) COMMENT 'what was traded' CODEC(ZSTD(1)),
  trade_id Nullable(String) COMMENT 'the venue''s trade id' CODEC(ZSTD(1)),
  price Nullable(Decimal(38, 18)) COMMENT 'price, in quote units' CODEC(ZSTD(1)),
  quantity Nullable(Decimal(38, 18)) COMMENT 'quantity, as the venue gives it' CODEC(ZSTD(1)),
  quote_quantity Nullable(Decimal(38, 18)) COMMENT 'price times quantity, exact' CODEC(ZSTD(1)),
  timestamp Nullable(DateTime64(9, 'UTC')) COMMENT 'when the venue says it happened' CODEC(Delta(8), ZSTD(1)),
  side LowCardinality(Nullable(String)) COMMENT 'side of the taker' CODEC(ZSTD(1)),
  collected_at Nullable(DateTime64(9, 'UTC')) COMMENT 'clock of the turn that read its last byte' CODEC(Delta(8), ZSTD(1)),
  market_type LowCardinality(String) COMMENT 'kind of market' CODEC(ZSTD(1)),
  native_symbol Nullable(String) COMMENT 'symbol, byte for byte as the venue writes it' CODEC(ZSTD(1)),
  backfill Nullable(Bool) COMMENT 'true where it came from REST after a hole' CODEC(ZSTD(1)),
  unfit Nullable(String) COMMENT 'JSON with the members that do not fit their columns, all digits' CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY toDate(assumeNotNull(coalesce(timestamp, collected_at)))
ORDER BY (exchange_name, market_type, symbol_name, timestamp)
SETTINGS allow_nullable_key = 1, non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS mpedge.orderbooks (
  exchange_name LowCardinality(String) COMMENT 'where' CODEC(ZSTD(1)),
  symbol_name LowCardinality(String) COMMENT 'which book' CODEC(ZSTD(1)),
  last_update_id Nullable(Int64) COMMENT 'the book''s id after this record' CODEC(Delta(8), ZSTD(1)),
  bids Array(Tuple(price Decimal(38, 18), quantity Decimal(38, 18))) COMMENT 'bids; in a delta the new quantity of each price, 0 removes it' CODEC(ZSTD(1)),
  asks Array(Tuple(price Decimal(38, 18), quantity Decimal(38, 18))) COMMENT 'asks, likewise' CODEC(ZSTD(1)),
  timestamp Nullable(DateTime64(9, 'UTC')) COMMENT 'when the venue says; null for a REST snapshot without a time' CODEC(Delta(8), ZSTD(1)),
  update_type LowCardinality(String) COMMENT 'snapshot replaces the book, delta changes it' CODEC(ZSTD(1)),
  first_update_id Nullable(Int64) COMMENT 'first update id inside a delta' CODEC(Delta(8), ZSTD(1)),
  prev_update_id Nullable(Int64) COMMENT 'last update id of the delta before, where the venue sends it' CODEC(Delta(8), ZSTD(1)),
  depth_levels Nullable(Int64) COMMENT 'number of bids plus number of asks in this record' CODEC(Delta(8), ZSTD(1)),
  is_valid Nullable(Bool) COMMENT 'false: the book is not known until the next snapshot' CODEC(ZSTD(1)),
  collected_at Nullable(DateTime64(9, 'UTC')) COMMENT 'clock of the turn that read its last byte' CODEC(Delta(8), ZSTD(1)),
  market_type LowCardinality(String) COMMENT 'kind of market' CODEC(ZSTD(1)),
  native_symbol Nullable(String) COMMENT 'symbol, byte for byte as the venue writes it' CODEC(ZSTD(1)),
  backfill Nullable(Bool) COMMENT 'true where it came from REST' CODEC(ZSTD(1)),
  unfit Nullable(String) COMMENT 'JSON with the members that do not fit their columns, all digits' CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY toDate(assumeNotNull(coalesce(timestamp, collected_at)))
ORDER BY (exchange_name, market_type, symbol_name, timestamp)
SETTINGS allow_nullable_key = 1, non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS mpedge.klines (
  exchange_name LowCardinality(String) COMMENT 'where' CODEC(ZSTD(1)),
  symbol_name LowCardinality(String) COMMENT 'what' CODEC(ZSTD(1)),
  open_time Nullable(DateTime64(9, 'UTC')) COMMENT 'start of the bar' CODEC(Delta(8), ZSTD(1)),
  close_time Nullable(DateTime64(9, 'UTC')) COMMENT 'last instant of the bar' CODEC(Delta(8), ZSTD(1)),
  interval Nullable(String) COMMENT 'length of the bar: 1m, 1h, 1d ...' CODEC(ZSTD(1)),
  open_price Nullable(Decimal(38, 18)) COMMENT 'first price' CODEC(ZSTD(1)),
  high_price Nullable(Decimal(38, 18)) COMMENT 'highest price' CODEC(ZSTD(1)),
  low_price Nullable(Decimal(38, 18)) COMMENT 'lowest price' CODEC(ZSTD(1)),
  close_price Nullable(Decimal(38, 18)) COMMENT 'last price' CODEC(ZSTD(1)),
  volume Nullable(Decimal(38, 18)) COMMENT 'volume, in base units' CODEC(ZSTD(1)),
  quote_volume Nullable(Decimal(38, 18)) COMMENT 'volume, in quote units' CODEC(ZSTD(1)),
  trade_count Nullable(Int64) COMMENT 'number of trades' CODEC(Delta(8), ZSTD(1)),
  taker_buy_volume Nullable(Decimal(38, 18)) COMMENT 'volume bought by takers, in base units' CODEC(ZSTD(1)),
  taker_buy_quote_volume Nullable(Decimal(38, 18)) COMMENT 'volume bought by takers, in quote units' CODEC(ZSTD(1)),
  is_closed Nullable(Bool) COMMENT 'true in the last record of a bar' CODEC(ZSTD(1)),
  collected_at Nullable(DateTime64(9, 'UTC')) COMMENT 'clock of the turn that read its last byte' CODEC(Delta(8), ZSTD(1)),
  timestamp Nullable(DateTime64(9, 'UTC')) COMMENT 'when the venue sent it' CODEC(Delta(8), ZSTD(1)),
  market_type LowCardinality(String) COMMENT 'kind of market' CODEC(ZSTD(1)),
  native_symbol Nullable(String) COMMENT 'symbol, byte for byte as the venue writes it' CODEC(ZSTD(1)),
  backfill Nullable(Bool) COMMENT 'true where it came from REST' CODEC(ZSTD(1)),
  unfit Nullable(String) COMMENT 'JSON with the members that do not fit their columns, all digits' CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY toDate(assumeNotNull(coalesce(timestamp, collected_at)))
ORDER BY (exchange_name, market_type, symbol_name, timestamp)
SETTINGS allow_nullable_key = 1, non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS mpedge.tickers (
  exchange_name LowCardinality(String) COMMENT 'where' CODEC(ZSTD(1)),
  symbol_name LowCardinality(String) COMMENT 'what' CODEC(ZSTD(1)),
  last_price Nullable(Decimal(38, 18)) COMMENT 'price of the last trade' CODEC(ZSTD(1)),
  open_price Nullable(Decimal(38, 18)) COMMENT 'price 24 hours ago' CODEC(ZSTD(1)),
  high_price Nullable(Decimal(38, 18)) COMMENT 'highest price in 24 hours' CODEC(ZSTD(1)),
  low_price Nullable(Decimal(38, 18)) COMMENT 'lowest price in 24 hours' CODEC(ZSTD(1)),
  volume Nullable(Decimal(38, 18)) COMMENT '24 hour volume, in base units' CODEC(ZSTD(1)),
  quote_volume Nullable(Decimal(38, 18)) COMMENT '24 hour volume, in quote units' CODEC(ZSTD(1)),
  price_change Nullable(Decimal(38, 18)) COMMENT 'last_price minus open_price' CODEC(ZSTD(1)),
  price_change_percent Nullable(Decimal(38, 18)) COMMENT 'the same in per cent' CODEC(ZSTD(1)),
  weighted_avg_price Nullable(Decimal(38, 18)) COMMENT 'volume weighted average price' CODEC(ZSTD(1)),
  last_quantity Nullable(Decimal(38, 18)) COMMENT 'quantity of the last trade' CODEC(ZSTD(1)),
  best_bid_price Nullable(Decimal(38, 18)) COMMENT 'best bid' CODEC(ZSTD(1)),
  best_bid_quantity Nullable(Decimal(38, 18)) COMMENT 'quantity at the best bid' CODEC(ZSTD(1)),
  best_ask_price Nullable(Decimal(38, 18)) COMMENT 'best ask' CODEC(ZSTD(1)),
  best_ask_quantity Nullable(Decimal(38, 18)) COMMENT 'quantity at the best ask' CODEC(ZSTD(1)),
  open_time Nullable(DateTime64(9, 'UTC')) COMMENT 'start of the window' CODEC(Delta(8), ZSTD(1)),
  close_time Nullable(DateTime64(9, 'UTC')) COMMENT 'end of the window' CODEC(Delta(8), ZSTD(1)),
  first_trade_id Nullable(Int64) COMMENT 'first trade in the window' CODEC(Delta(8), ZSTD(1)),
  last_trade_id Nullable(Int64) COMMENT 'last trade in the window' CODEC(Delta(8), ZSTD(1)),
  trade_count Nullable(Int64) COMMENT 'number of trades in the window' CODEC(Delta(8), ZSTD(1)),
  timestamp Nullable(DateTime64(9, 'UTC')) COMMENT 'when the venue sent it' CODEC(Delta(8), ZSTD(1)),
  collected_at Nullable(DateTime64(9, 'UTC')) COMMENT 'clock of the turn that read its last byte' CODEC(Delta(8), ZSTD(1)),
  market_type LowCardinality(String) COMMENT 'kind of market' CODEC(ZSTD(1)),
  native_symbol Nullable(String) COMMENT 'symbol, byte for byte as the venue writes it' CODEC(ZSTD(1)),
  backfill Nullable(Bool) COMMENT 'true where it came from REST' CODEC(ZSTD(1)),
  unfit Nullable(String) COMMENT 'JSON with the members that do not fit their columns, all digits' CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY toDate(assumeNotNull(coalesce(timestamp, collected_at)))
ORDER BY (exchange_name, market_type, symbol_name, timestamp)
SETTINGS allow_nullable_key = 1, non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS mpedge.funding_rates (
  exchange_name LowCardinality(String) COMMENT 'where' CODEC(ZSTD(1)),
  symbol_name LowCardinality(String) COMMENT 'what' CODEC(ZSTD(1)),
  funding_rate Nullable(Decimal(38, 18)) COMMENT 'rate as a fraction: 0.0001 is 0.01 %' CODEC(ZSTD(1)),
  estimated_rate Nullable(Decimal(38, 18)) COMMENT 'the venue''s estimate of the next rate' CODEC(ZSTD(1)),
  next_funding_time Nullable(DateTime64(9, 'UTC')) COMMENT 'when it is paid next' CODEC(Delta(8), ZSTD(1)),
  mark_price Nullable(Decimal(38, 18)) COMMENT 'mark price' CODEC(ZSTD(1)),
  index_price Nullable(Decimal(38, 18)) COMMENT 'index price' CODEC(ZSTD(1)),
  premium_index Nullable(Decimal(38, 18)) COMMENT 'mark price minus index price' CODEC(ZSTD(1)),
  funding_interval Nullable(String) COMMENT 'time between payments: 8h' CODEC(ZSTD(1)),
  timestamp Nullable(DateTime64(9, 'UTC')) COMMENT 'when the venue says' CODEC(Delta(8), ZSTD(1)),
  collected_at Nullable(DateTime64(9, 'UTC')) COMMENT 'clock of the turn that read its last byte' CODEC(Delta(8), ZSTD(1)),
  market_type LowCardinality(String) COMMENT 'kind of market' CODEC(ZSTD(1)),
  native_symbol Nullable(String) COMMENT 'symbol, byte for byte as the venue writes it' CODEC(ZSTD(1)),
  backfill Nullable(Bool) COMMENT 'true where it came from REST' CODEC(ZSTD(1)),
  unfit Nullable(String) COMMENT 'JSON with the members that do not fit their columns, all digits' CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY toDate(assumeNotNull(coalesce(timestamp, collected_at)))
ORDER BY (exchange_name, market_type, symbol_name, timestamp)
SETTINGS allow_nullable_key = 1, non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS mpedge.open_interests (
  exchange_name LowCardinality(String) COMMENT 'where' CODEC(ZSTD(1)),
  symbol_name LowCardinality(String) COMMENT 'what' CODEC(ZSTD(1)),
  open_interest Nullable(Decimal(38, 18)) COMMENT 'contracts, as the venue gives it' CODEC(ZSTD(1)),
  open_interest_value Nullable(Decimal(38, 18)) COMMENT 'the same in the venue''s value unit' CODEC(ZSTD(1)),
  open_interest_value_usd Nullable(Decimal(38, 18)) COMMENT 'the same in US dollars' CODEC(ZSTD(1)),
  instrument_type Nullable(String) COMMENT 'the venue''s word for the kind of contract' CODEC(ZSTD(1)),
  timestamp Nullable(DateTime64(9, 'UTC')) COMMENT 'when the venue says' CODEC(Delta(8), ZSTD(1)),
  collected_at Nullable(DateTime64(9, 'UTC')) COMMENT 'clock of the turn that read its last byte' CODEC(Delta(8), ZSTD(1)),
  market_type LowCardinality(String) COMMENT 'kind of market' CODEC(ZSTD(1)),
  native_symbol Nullable(String) COMMENT 'symbol, byte for byte as the venue writes it' CODEC(ZSTD(1)),
  backfill Nullable(Bool) COMMENT 'true where it came from REST' CODEC(ZSTD(1)),
  unfit Nullable(String) COMMENT 'JSON with the members that do not fit their columns, all digits' CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY toDate(assumeNotNull(coalesce(timestamp, collected_at)))
ORDER BY (exchange_name, market_type, symbol_name, timestamp)
SETTINGS allow_nullable_key = 1, non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS mpedge.liquidations (
  exchange_name LowCardinality(String) COMMENT 'where' CODEC(ZSTD(1)),
  symbol_name LowCardinality(String) COMMENT 'what' CODEC(ZSTD(1)),
  side LowCardinality(Nullable(String)) COMMENT 'side of the liquidation order' CODEC(ZSTD(1)),
  price Nullable(Decimal(38, 18)) COMMENT 'average price, or the order''s where none is given' CODEC(ZSTD(1)),
  quantity Nullable(Decimal(38, 18)) COMMENT 'quantity, as the venue gives it' CODEC(ZSTD(1)),
  value Nullable(Decimal(38, 18)) COMMENT 'price times quantity, exact' CODEC(ZSTD(1)),
  instrument_type Nullable(String) COMMENT 'the venue''s word for the kind of contract' CODEC(ZSTD(1)),
  timestamp Nullable(DateTime64(9, 'UTC')) COMMENT 'when the venue says' CODEC(Delta(8), ZSTD(1)),
  collected_at Nullable(DateTime64(9, 'UTC')) COMMENT 'clock of the turn that read its last byte' CODEC(Delta(8), ZSTD(1)),
  market_type LowCardinality(String) COMMENT 'kind of market' CODEC(ZSTD(1)),
  native_symbol Nullable(String) COMMENT 'symbol, byte for byte as the venue writes it' CODEC(ZSTD(1)),
  backfill Nullable(Bool) COMMENT 'true where it came from REST' CODEC(ZSTD(1)),
  venue_trade_id Nullable(String) COMMENT 'id of the trade that it was, where the venue tells' CODEC(ZSTD(1)),
  unfit Nullable(String) COMMENT 'JSON with the members that do not fit their columns, all digits' CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY toDate(assumeNotNull(coalesce(timestamp, collected_at)))
ORDER BY (exchange_name, market_type, symbol_name, timestamp)
SETTINGS allow_nullable_key = 1, non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS mpedge.gaps (
  exchange_name LowCardinality(String) COMMENT 'where' CODEC(ZSTD(1)),
  symbol_name LowCardinality(String) COMMENT 'what; null for a hole in the journal' CODEC(ZSTD(1)),
  data_type Nullable(String) COMMENT 'record type that has the hole, or journal' CODEC(ZSTD(1)),
  from_id Nullable(Int64) COMMENT 'first id missing' CODEC(Delta(8), ZSTD(1)),
  to_id Nullable(Int64) COMMENT 'last id missing' CODEC(Delta(8), ZSTD(1)),
  missing Nullable(Int64) COMMENT 'how many, where that is known' CODEC(Delta(8), ZSTD(1)),
  reason Nullable(String) COMMENT 'why' CODEC(ZSTD(1)),
  healed Nullable(Bool) COMMENT 'true when a later record made it good (a new book snapshot)' CODEC(ZSTD(1)),
  timestamp Nullable(DateTime64(9, 'UTC')) COMMENT 'when the hole was found' CODEC(Delta(8), ZSTD(1)),
  collected_at Nullable(DateTime64(9, 'UTC')) COMMENT 'clock of the turn that found it' CODEC(Delta(8), ZSTD(1)),
  market_type LowCardinality(String) COMMENT 'kind of market' CODEC(ZSTD(1)),
  native_symbol Nullable(String) COMMENT 'symbol, byte for byte as the venue writes it' CODEC(ZSTD(1)),
  backfill Nullable(Bool) COMMENT 'always false' CODEC(ZSTD(1)),
  unfit Nullable(String) COMMENT 'JSON with the members that do not fit their columns, all digits' CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY toDate(assumeNotNull(coalesce(timestamp, collected_at)))
ORDER BY (exchange_name, market_type, symbol_name, timestamp)
SETTINGS allow_nullable_key = 1, non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS mpedge.events (
  exchange_name LowCardinality(String) COMMENT 'where' CODEC(ZSTD(1)),
  connection Nullable(String) COMMENT 'which connection, stream or book' CODEC(ZSTD(1)),
  state Nullable(String) COMMENT 'its new state' CODEC(ZSTD(1)),
  reason Nullable(String) COMMENT 'why' CODEC(ZSTD(1)),
  timestamp Nullable(DateTime64(9, 'UTC')) COMMENT 'clock of the turn' CODEC(Delta(8), ZSTD(1)),
  unfit Nullable(String) COMMENT 'JSON with the members that do not fit their columns, all digits' CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY toDate(assumeNotNull(timestamp))
ORDER BY (exchange_name, connection, timestamp)
SETTINGS allow_nullable_key = 1, non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS mpedge.coverages (
  exchange_name LowCardinality(String) COMMENT 'where' CODEC(ZSTD(1)),
  connection Nullable(String) COMMENT 'which connection, or rest' CODEC(ZSTD(1)),
  data_type Nullable(String) COMMENT 'record type' CODEC(ZSTD(1)),
  from_time Nullable(DateTime64(9, 'UTC')) COMMENT 'start of the time told of' CODEC(Delta(8), ZSTD(1)),
  to_time Nullable(DateTime64(9, 'UTC')) COMMENT 'its end' CODEC(Delta(8), ZSTD(1)),
  state Nullable(String) COMMENT 'complete, gapped, or unknown where a stream was away and nothing proves that nothing was missed' CODEC(ZSTD(1)),
  streams Nullable(Int64) COMMENT 'streams of that type' CODEC(Delta(8), ZSTD(1)),
  streams_live Nullable(Int64) COMMENT 'those that were there all the time, or are proven by ids' CODEC(Delta(8), ZSTD(1)),
  records Nullable(Int64) COMMENT 'events that came, repetitions included' CODEC(Delta(8), ZSTD(1)),
  gaps Nullable(Int64) COMMENT 'gap records that were not made good' CODEC(Delta(8), ZSTD(1)),
  missing Nullable(Int64) COMMENT 'how many ids these name' CODEC(Delta(8), ZSTD(1)),
  timestamp Nullable(DateTime64(9, 'UTC')) COMMENT 'clock of the turn' CODEC(Delta(8), ZSTD(1)),
  unfit Nullable(String) COMMENT 'JSON with the members that do not fit their columns, all digits' CODEC(ZSTD(1))
) ENGINE = MergeTree
PARTITION BY toDate(assumeNotNull(timestamp))
ORDER BY (exchange_name, connection, timestamp)
SETTINGS allow_nullable_key = 1, non_replicated_deduplication_window = 1000;
