'use strict';
/*
 * webhook.js -- takes what is posted to it.
 *
 *	node webhook.js PORT FILE [REFUSE]
 *
 * Listens on 127.0.0.1; of each POST a line goes to FILE: status, path, the
 * Authorization header and the body, with tabs between.  The first REFUSE
 * requests are answered 503.
 */
const fs = require('fs');
const http = require('http');

const [port, file, refuse] = process.argv.slice(2);
let left = Number(refuse || 0);

http.createServer((request, answer) => {
	const parts = [];

	request.on('data', part => parts.push(part));
	request.on('end', () => {
		const status = left-- > 0 ? 503 : 200;

		fs.appendFileSync(file, [status, request.url,
			request.headers.authorization || '-',
			Buffer.concat(parts).toString()].join('\t') + '\n');
		answer.writeHead(status);
		answer.end();
	});
}).listen(Number(port), '127.0.0.1');
