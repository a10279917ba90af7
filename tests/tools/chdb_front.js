'use strict';
/*
 * chdb_front.js -- the HTTP interface of ClickHouse before the engine chdb.
 *
 *	node chdb_front.js MODULES DATA PORT [USER PASSWORD]
 *
 * MODULES is the folder with node_modules of chdb, DATA where the engine keeps
 * its tables; started again on the same folder it has them still, whatever
 * ended it.  Listens on 127.0.0.1.  Without USER everyone is `default`.
 *
 * What it knows of the interface (ClickHouse's documentation, "HTTP"): GET
 * (read only) and POST /, the query in the parameter `query`, in the body, or
 * begun there and continued in the body; any other parameter is a setting of
 * this one request; user and password in X-ClickHouse-User and -Key, Basic or
 * parameters; bodies in gzip, deflate, br and lz4 (by the engine itself); X-ClickHouse-Summary,
 * -Exception-Code and the status codes that go with it; /ping; keep-alive.
 *
 * For tests, POST /fail?... decides about the next inserts:
 *	code=252&times=3	answered with that exception, not executed
 *	cut=before&times=1	the connection is reset, nothing executed
 *	cut=after&times=1	executed, then reset: the client cannot know
 * and GET /count tells how many inserts were executed: `inserts rows`.
 */

const fs = require('fs');
const http = require('http');
const path = require('path');
const zlib = require('zlib');

const [modules, data, port, user, password] = process.argv.slice(2);
const engine = require(path.resolve(modules, 'node_modules',
    '@chdb/lib-linux-x64-gnu'));
const root = path.resolve(data);

// Parameters that are no settings.
const RESERVED = new Set(['query', 'user', 'password', 'database', 'query_id',
	'default_format', 'session_id', 'session_timeout', 'quota_key',
	'compress', 'decompress', 'wait_end_of_query', 'buffer_size']);

// Exception codes that have a status of their own; the others are 500.
const STATUS = { 194: 401, 192: 403, 193: 403, 516: 403, 497: 403, 60: 404,
	81: 404, 46: 404, 50: 404, 159: 408, 62: 400, 27: 400, 26: 400, 6: 400,
	33: 400, 38: 400, 41: 400, 53: 400, 69: 400, 72: 400, 117: 400,
	47: 400, 16: 404, 48: 501, 209: 503, 439: 503 };

const INSERT = /^\s*insert\s+into\s/i;
const INSERT_FORMAT = /^\s*insert\s[\s\S]*?\sformat\s+[A-Za-z0-9_]+[ \t]*\r?\n?/i;

const verdict = { times: 0 };
const count = { inserts: 0, rows: 0 };
let version = '';
let first;
let next_file = 0;

class Refusal extends Error {
	constructor(code, text) {
		super(`Code: ${code}. DB::Exception: ${text}`);
	}
}

function quoted(text) {
	return "'" + text.replace(/\\/g, '\\\\').replace(/'/g, "\\'") + "'";
}

function check_user(request, parameters) {
	const basic = /^Basic (.+)$/.exec(request.headers.authorization || '');
	const pair = basic ?
	    Buffer.from(basic[1], 'base64').toString().split(/:(.*)/s) : [];
	const name = request.headers['x-clickhouse-user'] || pair[0] ||
	    parameters.get('user') || 'default';
	const key = request.headers['x-clickhouse-key'] || pair[1] ||
	    parameters.get('password') || '';

	if (user !== undefined && (name !== user || key !== password))
		throw new Refusal(516, `${name}: Authentication failed: password ` +
		    'is incorrect, or there is no user with such name.');
}

// The engine reads the frame as a server would.
function unpacked_lz4(body) {
	const file = `${root}.body-${next_file++}`;

	fs.writeFileSync(file, body);
	try {
		return Buffer.from(engine.QueryWithConnection(first, 'SELECT ' +
		    `lower(hex(b)) FROM file(${quoted(file)}, RawBLOB, ` +
		    "'b String', 'lz4')", 'TSV').trim(), 'hex');
	} catch (e) {
		throw new Refusal(561, `LZ4 decompression: ${e.message}`);
	} finally {
		fs.unlinkSync(file);
	}
}

function unpacked(request, body) {
	switch (request.headers['content-encoding'] || 'identity') {
	case 'identity': return body;
	case 'gzip': return zlib.gunzipSync(body);
	case 'deflate': return zlib.inflateSync(body);
	case 'br': return zlib.brotliDecompressSync(body);
	case 'lz4': return unpacked_lz4(body);
	}
	throw new Refusal(48, 'Unknown HTTP content encoding method: ' +
	    request.headers['content-encoding']);
}

// The query as text and what is to be read by its FORMAT, as bytes.
function divide(head, body) {
	if (head !== '' && INSERT.test(head))
		return [head.trimEnd(), body];
	if (head !== '')
		return [head + '\n' + body.toString(), null];
	const start = body.subarray(0, 65536).toString('latin1');
	const found = INSERT_FORMAT.exec(start);
	if (!found)
		return [body.toString(), null];
	return [body.subarray(0, found[0].length).toString().trimEnd(),
		body.subarray(found[0].length)];
}

// Behind a query in memory the engine reads data up to the first empty line
// only; from a file it takes all of it.
async function insert_bytes(connection, sql, bytes) {
	const file = `${root}.insert-${next_file++}`;

	if (bytes[0] !== 10 && !bytes.includes('\n\n'))
		return engine.InsertRawAsyncConnection(connection, sql, bytes,
		    false);
	fs.writeFileSync(file, bytes);
	try {
		return await engine.QueryAsyncConnection(connection,
		    sql.replace(/\sformat\s+(\w+)\s*$/i,
			() => ` FROM INFILE ${quoted(file)} FORMAT ` +
			    /(\w+)\s*$/.exec(sql)[1]), 'TabSeparated');
	} finally {
		fs.unlinkSync(file);
	}
}

// One connection to the engine for each request: settings are its own.
async function run(request, parameters, sql, bytes) {
	const connection = engine.CreateConnection(root);
	const set = (line) => engine.QueryWithConnection(connection, line, 'TSV');
	try {
		const database = parameters.get('database') ||
		    request.headers['x-clickhouse-database'];
		if (database)
			set('USE `' + database.replace(/[`\\]/g, '\\$&') + '`');
		for (const [name, value] of parameters)
			if (!RESERVED.has(name) && /^\w+$/.test(name))
				set(`SET ${name} = ${quoted(value)}`);
		if (request.method === 'GET')
			set('SET readonly = 1');
		if (bytes && bytes.length > 0)
			return await insert_bytes(connection, sql, bytes);
		return await engine.QueryAsyncConnection(connection, sql,
		    parameters.get('default_format') ||
		    request.headers['x-clickhouse-format'] || 'TabSeparated');
	} finally {
		engine.CloseConnection(connection);
	}
}

function summary(result) {
	return JSON.stringify({
		read_rows: String(result.rowsRead || 0),
		read_bytes: String(result.bytesRead || 0),
		written_rows: String(result.rowsWritten || 0),
		written_bytes: String(result.bytesWritten || 0),
		elapsed_ns: String(Math.round((result.elapsed || 0) * 1e9)),
	});
}

function answer_error(response, error) {
	const text = String(error.message || error);
	const code = Number((/Code: (\d+)/.exec(text) || [0, 1002])[1]);
	response.writeHead(STATUS[code] || 500, {
		'Content-Type': 'text/plain; charset=UTF-8',
		'X-ClickHouse-Exception-Code': code,
		'X-ClickHouse-Server-Display-Name': 'chdb',
	});
	response.end(`${text.trimEnd()} (version ${version})\n`);
}

function cut(request) {
	request.socket.resetAndDestroy();
}

async function answer(request, response, parameters, body) {
	check_user(request, parameters);
	const [sql, bytes] = divide(parameters.get('query') || '',
	    unpacked(request, body));
	const insert = INSERT.test(sql);
	const fault = insert && verdict.times > 0 ? { ...verdict } : {};

	if (insert && verdict.times > 0)
		verdict.times--;
	if (fault.code)
		throw new Refusal(fault.code, 'as the test wanted');
	if (fault.cut === 'before')
		return cut(request);
	const result = await run(request, parameters, sql, bytes);
	if (insert) {
		count.inserts++;
		count.rows += result.rowsWritten || 0;
	}
	if (fault.cut === 'after')
		return cut(request);
	response.writeHead(200, {
		'Content-Type': 'text/tab-separated-values; charset=UTF-8',
		'X-ClickHouse-Summary': summary(result),
		'X-ClickHouse-Query-Id': parameters.get('query_id') || 'none',
		'X-ClickHouse-Server-Display-Name': 'chdb',
	});
	response.end(result.bytes ? Buffer.from(result.bytes) : '');
}

function control(response, url) {
	if (url.pathname === '/ping')
		return response.end('Ok.\n');
	if (url.pathname === '/count')
		return response.end(`${count.inserts} ${count.rows}\n`);
	if (url.pathname !== '/fail') {
		response.writeHead(404);
		return response.end(`There is no handle ${url.pathname}\n`);
	}
	verdict.code = Number(url.searchParams.get('code') || 0);
	verdict.cut = url.searchParams.get('cut');
	verdict.times = Number(url.searchParams.get('times') || 1);
	return response.end('Ok.\n');
}

const server = http.createServer((request, response) => {
	const url = new URL(request.url, 'http://localhost');
	const parts = [];

	request.on('data', (part) => parts.push(part));
	request.on('error', () => {});
	request.on('end', () => {
		if (url.pathname !== '/')
			return control(response, url);
		return answer(request, response, url.searchParams,
		    Buffer.concat(parts)).catch((e) => answer_error(response, e));
	});
});

// This one stays, so that the engine keeps its tables open between requests.
first = engine.CreateConnection(root);
version = engine.QueryWithConnection(first, 'SELECT version()', 'TSV').trim();
server.keepAliveTimeout = 10000;
server.listen(Number(port), '127.0.0.1', () => console.log(`chdb ${version}`));
process.on('SIGTERM', () => {
	server.close();
	server.closeAllConnections();
	engine.CloseConnection(first);
	process.exit(0);
});
