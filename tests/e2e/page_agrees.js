// Does the page say what /status says of records and books?
agrees = async () => {
	const status = await (await fetch("/status")).json();
	const plain = (e) => e.textContent.replace(/\u202f/g, "");
	const texts = (s) => [...document.querySelectorAll(s)].map(plain);
	const counts = texts("[data-each=records] dd");
	const books = new Map([...document.querySelectorAll("[data-each=books] tr")].map(
		(row) => [plain(row.cells[0]), [...row.cells].map(plain)]));
	return status.records.trade > 100 && status.books.length === books.size &&
		Object.values(status.records).join() === counts.join() &&
		status.books.every((b) => {
			const cells = books.get(b.symbol) || [];
			return [b.venue, b.state, b.gaps, b.applied, b.last_update_id].every(
				(v) => cells.includes(String(v))) &&
				cells.some((c) => c.startsWith(String(Number(b.bid[0]))));
		});
};
1;
