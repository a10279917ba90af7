# What one message of Deribit must become, as expect.jq says it for Binance: one
# or more records a message.  run.sh has put all its numbers in quotes, so that
# jq does not lose their digits.

include "exact";

# 1.0e3 is 1000: the point moves, the digits stay.
def zeros(n): if n > 0 then "0" * n else "" end;
def move($int; $fraction; $exponent):
	(($int | length) + $exponent) as $point
	| ($int + $fraction) as $digits
	| ($digits | length) as $count
	| (if $point >= $count then $digits + zeros($point - $count)
	   elif $point > 0 then $digits[:$point] + "." + $digits[$point:]
	   else "0." + zeros(-$point) + $digits end)
	| sub("^0+(?<d>[0-9])"; .d);
def plain:
	if . == null or (test("[eE]") | not) then .
	else capture("^(?<minus>-?)(?<int>[0-9]+)(\\.(?<fraction>[0-9]+))?[eE](?<exponent>.*)$")
	| .minus + move(.int; .fraction // ""; .exponent | ltrimstr("+") | tonumber)
	end;
def number: plain | tonumber;
def ms: number | time;
def signless: ltrimstr("-");
def product($a; $b):
	mul($a | signless; $b | signless) as $m
	| if ($a | startswith("-")) != ($b | startswith("-")) then "-" + $m else $m end;

# Section 6 of the venue document.
def month: { JAN: "01", FEB: "02", MAR: "03", APR: "04", MAY: "05", JUN: "06",
	JUL: "07", AUG: "08", SEP: "09", OCT: "10", NOV: "11", DEC: "12" }[.];
def date:
	capture("^(?<d>[0-9]{1,2})(?<m>[A-Z]{3})(?<y>[0-9]{2})$")
	| .y + (.m | month) + (.d | pad(2));
def market:
	split("-") as $p
	| if ($p | length) == 1 then "spot"
	  elif $p[1] == "PERPETUAL" then "perpetual"
	  elif ($p | length) == 2 then "futures"
	  elif ($p | length) == 4 and ($p[3] | test("^[CP]$")) then "options"
	  else "combo" end;
def unified:
	market as $market | split("-") as $p
	| ($p[0] | if contains("_") then sub("_"; "-") else . + "-USD" end) as $pair
	| if $market == "spot" then $pair
	  elif $market == "perpetual" then $pair + "-PERP"
	  elif $market == "futures" then $pair + "-" + ($p[1] | date)
	  elif $market == "options" then
		$pair + "-" + ($p[1] | date) + "-" + ($p[2] | sub("d"; ".")) + "-" + $p[3]
	  else . end;
def is_money:
	(split("-")[0] | contains("_") | not) and
	(market | . == "perpetual" or . == "futures") or test("^[A-Z]+-FS-");
def kind: { spot: "spot", perpetual: "perpetual", futures: "future",
	options: "option", combo: "combo" }[market];

def names($n): { exchange_name: "deribit", symbol_name: ($n | unified) };
def ends($n): { market_type: ($n | market | if . == "combo" then "futures" else . end),
	native_symbol: $n };

def liquidation($t; $n; $side):
	names($n) + { side: $side, price: $t.price, quantity: $t.quantity,
		value: $t.quote_quantity, instrument_type: ($n | kind),
		timestamp: $t.timestamp } + ends($n) +
		{ venue_trade_id: $t.trade_id };
def trade:
	. as $m | .instrument_name as $n
	| (.price | plain) as $price | (.amount | plain) as $amount
	| (names($n) + { trade_id: .trade_id, price: $price, quantity: $amount,
		quote_quantity: (if $n | is_money then $amount
			else product($price; $amount) end),
		timestamp: (.timestamp | ms), side: .direction } + ends($n)) as $t
	| $t,
	  (select($m.liquidation // "" | contains("T"))
		| liquidation($t; $n; $m.direction)),
	  (select($m.liquidation // "" | contains("M"))
		| liquidation($t; $n; if $m.direction == "buy" then "sell" else "buy" end));

def levels: map({ price: (.[1] | plain), quantity: (.[2] | plain) });
def book:
	.instrument_name as $n
	| names($n) + { last_update_id: (.change_id | number), bids: (.bids | levels),
		asks: (.asks | levels), timestamp: (.timestamp | ms),
		update_type: (if .prev_change_id == null then "snapshot" else "delta" end),
		first_update_id: null,
		prev_update_id: (if .prev_change_id == null then null
			else .prev_change_id | number end),
		depth_levels: ((.bids | length) + (.asks | length)), is_valid: true }
		+ ends($n);

def is_none: . == null or test("^0(\\.0+)?$");
def ticker:
	.instrument_name as $n
	| (if .best_bid_amount | is_none then null else .best_bid_price end) as $bid
	| (if .best_ask_amount | is_none then null else .best_ask_price end) as $ask
	| (names($n) + { last_price: .last_price, open_price: null,
		high_price: .stats.high, low_price: .stats.low, volume: .stats.volume,
		quote_volume: (if $n | test("^[A-Z]+_BTC$") then null
			else .stats.volume_usd end),
		price_change: null, price_change_percent: .stats.price_change,
		weighted_avg_price: null, last_quantity: null,
		best_bid_price: $bid,
		best_bid_quantity: (if $bid then .best_bid_amount else null end),
		best_ask_price: $ask,
		best_ask_quantity: (if $ask then .best_ask_amount else null end),
		open_time: null, close_time: null, first_trade_id: null,
		last_trade_id: null, trade_count: null, timestamp: (.timestamp | ms) }
		| map_values(if type == "string" and test("^-?[0-9.]+[eE]")
			then plain else . end)) + ends($n),
	  (select(.current_funding and ($n | market == "perpetual"))
		| names($n) + { funding_rate: (.current_funding | plain),
			estimated_rate: null, next_funding_time: null,
			mark_price: .mark_price, index_price: .index_price,
			premium_index: minus(.mark_price; .index_price),
			funding_interval: null, timestamp: (.timestamp | ms) }
			+ ends($n)),
	  (select(.open_interest)
		| (.open_interest | plain) as $open
		| names($n) + { open_interest: $open, open_interest_value: null,
			open_interest_value_usd: (if $n | is_money then $open else null end),
			instrument_type: ($n | kind), timestamp: (.timestamp | ms) }
			+ ends($n));

# Minutes of a resolution, and its word.
def bars: { "1": [1, "1m"], "3": [3, "3m"], "5": [5, "5m"], "10": [10, "10m"],
	"15": [15, "15m"], "30": [30, "30m"], "60": [60, "1h"], "120": [120, "2h"],
	"180": [180, "3h"], "360": [360, "6h"], "720": [720, "12h"],
	"1D": [1440, "1d"] };
def chart($n; $resolution):
	bars[$resolution] as $bar | (.tick | number) as $tick
	| names($n) + { open_time: ($tick | time),
		close_time: ($tick + $bar[0] * 60000 - 1 | time), interval: $bar[1],
		open_price: (.open | plain), high_price: (.high | plain),
		low_price: (.low | plain), close_price: (.close | plain),
		volume: (.volume | plain), quote_volume: (.cost | plain),
		trade_count: null, taker_buy_volume: null,
		taker_buy_quote_volume: null, is_closed: null, timestamp: null }
		+ ends($n);

(.params.channel | split(".")) as $channel
| .params.data
| if $channel[0] == "trades" then .[] | trade
  elif $channel[0] == "book" and ($channel | length) == 3 then book
  elif $channel[0] == "ticker" then ticker
  elif $channel[0] == "chart" then chart($channel[2]; $channel[3])
  else empty end
