'use strict';
/*
 * sums.js -- what the records of JSON lines come to, exactly.
 *
 *	node sums.js FILE...
 *
 * For each table: its name, rows, and the sums of decimals that its records
 * have, in units of 10^-18, as integers of any length:
 *
 *	trades 2003 price=... quantity=... quote_quantity=...
 *	orderbooks 1985 levels=... price=... quantity=...
 */

const fs = require('fs');

const TABLES = {
	trades: ['trade_id', ['price', 'quantity', 'quote_quantity']],
	orderbooks: ['bids', []],
	klines: ['interval', ['open_price', 'volume']],
	tickers: ['weighted_avg_price', ['last_price', 'volume']],
	funding_rates: ['next_funding_time', ['funding_rate', 'mark_price']],
	open_interests: ['open_interest', ['open_interest',
		'open_interest_value']],
	liquidations: ['value', ['price', 'quantity']],
	gaps: ['missing', []],
	coverages: ['streams_live', []],
	events: ['reason', []],
};

// null counts as nothing.
function units(text) {
	if (text === null || text === undefined)
		return 0n;
	const minus = text.startsWith('-');
	const [whole, part = ''] = text.replace('-', '').split('.');
	if (part.length > 18 && /[1-9]/.test(part.slice(18)))
		throw new Error(`${text} has more than 18 decimals`);
	const value = BigInt(whole + part.padEnd(18, '0').slice(0, 18));
	return minus ? -value : value;
}

function table_of(record) {
	for (const [name, [member]] of Object.entries(TABLES))
		if (member in record && (member !== 'missing' ||
		    'healed' in record))
			return name;
	throw new Error('no table for ' + JSON.stringify(record));
}

const sums = {};
function add(table, name, value) {
	sums[table][name] = (sums[table][name] || 0n) + value;
}

for (const file of process.argv.slice(2)) {
	for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
		if (line === '')
			continue;
		const record = JSON.parse(line);
		if ('dead_letter' in record)
			continue;
		// A coverage has a member `missing` too, a gap no streams.
		const table = 'streams_live' in record ? 'coverages' :
		    table_of(record);
		sums[table] = sums[table] || { rows: 0n };
		add(table, 'rows', 1n);
		for (const name of TABLES[table][1])
			add(table, name, units(record[name]));
		if (table !== 'orderbooks')
			continue;
		for (const level of record.bids.concat(record.asks)) {
			add(table, 'levels', 1n);
			add(table, 'price', units(level.price));
			add(table, 'quantity', units(level.quantity));
		}
	}
}
for (const [table, of] of Object.entries(sums).sort())
	console.log([table, of.rows, ...Object.entries(of)
		.filter(([name]) => name !== 'rows').sort()
		.map(([name, value]) => `${name}=${value}`)].join(' '));
