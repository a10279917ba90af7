-- Tables of the service replaced, as [clickhouse] schema = marketprism fills them.
CREATE DATABASE IF NOT EXISTS marketprism;

CREATE TABLE IF NOT EXISTS marketprism.trades (
  exchange_name String,
  symbol_name String,
  trade_id String,
  price Float64,
  quantity Float64,
  trade_time DateTime64(3) CODEC(Delta, ZSTD(1)),
  is_buyer_maker UInt8,
  event_time DateTime64(3) CODEC(Delta, ZSTD(1)),
  insert_time DateTime64(3) DEFAULT now64(3)
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(trade_time)
ORDER BY (exchange_name, symbol_name, trade_time, trade_id)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS marketprism.depth (
  exchange_name String,
  symbol_name String,
  timestamp DateTime64(3) CODEC(Delta, ZSTD(1)),
  bids_json String CODEC(ZSTD(3)),
  asks_json String CODEC(ZSTD(3)),
  insert_time DateTime64(3) DEFAULT now64(3)
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(timestamp)
ORDER BY (exchange_name, symbol_name, timestamp)
SETTINGS non_replicated_deduplication_window = 1000;

CREATE TABLE IF NOT EXISTS marketprism.tickers (
  exchange_name String,
  symbol_name String,
  open_price Float64,
  high_price Float64,
  low_price Float64,
  close_price Float64,
  volume Float64,
  quote_volume Float64,
  price_change Float64,
  price_change_percent Float64,
  weighted_avg_price Float64,
  prev_close_price Float64,
  last_price Float64,
  last_quantity Float64,
  bid_price Float64,
  ask_price Float64,
  open_time DateTime64(3),
  close_time DateTime64(3),
  timestamp DateTime64(3) CODEC(Delta, ZSTD(1)),
  insert_time DateTime64(3) DEFAULT now64(3)
) ENGINE = MergeTree
PARTITION BY toYYYYMMDD(timestamp)
ORDER BY (exchange_name, symbol_name, timestamp)
SETTINGS non_replicated_deduplication_window = 1000;
