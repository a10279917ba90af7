'use strict';
/*
 * files.js -- serves the files of a folder, with ranges, and hangs up.
 *
 *	node files.js PORT FOLDER [CUT]
 *
 * Listens on 127.0.0.1.  The first answer ends after CUT bytes although more
 * was promised; later ones are whole.
 */
const fs = require('fs');
const http = require('http');
const path = require('path');

const [port, folder, cut] = process.argv.slice(2);
let left = cut ? 1 : 0;

http.createServer((request, answer) => {
	const name = path.join(folder, path.basename(request.url));
	const range = /^bytes=(\d+)-$/.exec(request.headers.range || '');
	const from = range ? Number(range[1]) : 0;

	if (!fs.existsSync(name)) {
		answer.writeHead(404);
		answer.end('nothing\n');
		return;
	}
	const bytes = fs.readFileSync(name).subarray(from);

	answer.writeHead(range ? 206 : 200, { 'Content-Length': bytes.length });
	if (left-- > 0)
		answer.write(bytes.subarray(0, Number(cut)),
			() => answer.destroy());
	else
		answer.end(bytes);
}).listen(Number(port), '127.0.0.1');
