// usage: node browser.js FOLDER
//
// Chromium without a window, led by lines on stdin; each is answered by one line
// of JSON.  The browser is spoken to over a pipe, so there is no port.
//
//   open URL           a page, until it is loaded
//   media KEY=VALUE    such as prefers-color-scheme=dark
//   size WIDTH HEIGHT  of the window, in CSS pixels
//   script on|off      as the user of the browser may have it
//   eval EXPRESSION    its value; a promise is waited for
//   run FILE           the same for what stands in a file
//   until EXPRESSION   true as soon as it is; false after 30 seconds
//   key NAME           pressed, such as Tab
//   shot FILE          a PNG of the whole page, at most SHOT_MAX high
//   complaints         what the console and the policy said; [] is good
"use strict";
const { spawn } = require("child_process");
const fs = require("fs");
const readline = require("readline");

const SHOT_MAX = 1700;
const browser = spawn("chromium", ["--headless", "--no-sandbox",
	"--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
	"--disable-background-networking", "--disable-extensions",
	"--hide-scrollbars", "--disable-lcd-text", "--force-color-profile=srgb",
	"--user-data-dir=" + process.argv[2], "--remote-debugging-pipe",
	"about:blank"],
	{ stdio: ["ignore", "inherit", "inherit", "pipe", "pipe"] });
const waiting = new Map();
const listeners = [];
const complaints = [];
let number = 0, session, size = [1280, 900];

browser.on("exit", (code) => process.exit(code || 0));
let rest = "";
browser.stdio[4].setEncoding("utf8");
browser.stdio[4].on("data", (text) => {
	const parts = (rest + text).split("\0");
	rest = parts.pop();
	for (const part of parts) heard(JSON.parse(part));
});

function heard(m) {
	if (m.id) {
		const w = waiting.get(m.id);
		waiting.delete(m.id);
		return m.error ? w.no(new Error(m.error.message)) : w.yes(m.result);
	}
	if (m.method === "Runtime.exceptionThrown")
		complaints.push(m.params.exceptionDetails.text);
	if (m.method === "Runtime.consoleAPICalled")
		complaints.push(JSON.stringify(m.params.args));
	if (m.method === "Log.entryAdded")
		complaints.push(m.params.entry.text);
	for (const l of listeners.splice(0))
		if (!l(m)) listeners.push(l);
}

function ask(method, params = {}) {
	const id = ++number;
	browser.stdio[3].write(JSON.stringify(
		{ id, method, params, sessionId: session }) + "\0");
	return new Promise((yes, no) => waiting.set(id, { yes, no }));
}

function event(name) {
	return new Promise((yes) => listeners.push(
		(m) => m.method === name && (yes(m.params), true)));
}

async function value(expression) {
	const r = await ask("Runtime.evaluate",
		{ expression, returnByValue: true, awaitPromise: true });
	if (r.exceptionDetails)
		throw new Error(r.exceptionDetails.exception.description);
	return r.result.value;
}

function resize(height) {
	return ask("Emulation.setDeviceMetricsOverride", { width: size[0],
		height: height || size[1], deviceScaleFactor: 1,
		mobile: size[0] < 600 });
}

const commands = {
	async open(url) {
		const loaded = event("Page.loadEventFired");
		await ask("Page.navigate", { url });
		await loaded;
	},
	async media(list) {
		await ask("Emulation.setEmulatedMedia", { features:
			list.split(" ").map((l) => l.split("=")).map(
				([name, v]) => ({ name, value: v })) });
	},
	async size(words) {
		size = words.split(" ").map(Number);
		await resize();
	},
	async script(word) {
		await ask("Emulation.setScriptExecutionDisabled",
			{ value: word === "off" });
	},
	eval: value,
	run: (file) => value(fs.readFileSync(file, "utf8")),
	async until(expression) {
		for (let i = 0; i < 300; i++) {
			if (await value(expression)) return true;
			await new Promise((yes) => setTimeout(yes, 100));
		}
		return false;
	},
	async key(key) {
		for (const type of ["keyDown", "keyUp"])
			await ask("Input.dispatchKeyEvent", { type, key, code: key,
				windowsVirtualKeyCode: { Tab: 9, Enter: 13 }[key] });
	},
	async shot(file) {
		const high = await value("document.documentElement.scrollHeight");
		await resize(Math.min(high, SHOT_MAX));
		const r = await ask("Page.captureScreenshot", { format: "png" });
		await resize();
		fs.writeFileSync(file, Buffer.from(r.data, "base64"));
	},
	complaints: async () => complaints,
};

(async () => {
	const { targetId } = await ask("Target.createTarget",
		{ url: "about:blank" });
	session = (await ask("Target.attachToTarget",
		{ targetId, flatten: true })).sessionId;
	for (const domain of ["Page", "Runtime", "Log"])
		await ask(domain + ".enable");
	await resize();
	for await (const line of readline.createInterface(process.stdin)) {
		const [word] = line.split(" ");
		let said;
		try {
			said = await commands[word](line.slice(word.length + 1));
			if (said === undefined) said = null;
		} catch (e) {
			said = { error: String(e) };
		}
		console.log(JSON.stringify(said));
	}
	browser.kill();
})();
